//! How a store begins.

use upivia_domain::{OrgId, ports::LedgerQueries};
use upivia_store::{OpenError, Store, crypto::CryptoError};

use crate::support::{
    TestParts,
    postgres::TestDatabase,
    raw::{Place, Raw},
    tenant::{Tenant, clock},
};

/// The reserved organization is there from the beginning, and opening again changes nothing of it.
pub async fn a_store_begins_with_the_platform_organization(raw: Raw) {
    let organization = raw.store.organization(OrgId::PLATFORM).await.unwrap().expect("the organization");
    let head = raw.store.head(OrgId::PLATFORM).await.unwrap().expect("its head");
    assert_eq!((head.seq, organization.id), (0, OrgId::PLATFORM));
    let Raw { store, parts, place } = raw;
    drop(store);
    let raw = Raw { store: open(&place, &parts).await.unwrap(), parts, place };
    assert_eq!(raw.store.organization(OrgId::PLATFORM).await.unwrap(), Some(organization));
    assert_eq!(raw.store.head(OrgId::PLATFORM).await.unwrap(), Some(head));
    assert_eq!(raw.number("SELECT count(*) AS number FROM organizations").await, 1);
    Tenant::found(&raw.store).await;
}

/// Another key than the first one's is refused with a sentence that says so.
pub async fn a_wrong_master_key_is_refused(raw: Raw) {
    let Raw { store, parts, place } = raw;
    drop(store);
    assert_wrong_key(&open(&place, &TestParts::new()).await.unwrap_err());
    open(&place, &parts).await.unwrap();
}

/// The data key of the platform proves the master key too, so that a lost check value cannot be replaced by a wrong one.
pub async fn a_wrong_master_key_is_refused_also_without_the_check_value(raw: Raw) {
    raw.execute("DELETE FROM settings").await.unwrap();
    let Raw { store, parts, place } = raw;
    drop(store);
    assert_wrong_key(&open(&place, &TestParts::new()).await.unwrap_err());
    let raw = Raw { store: open(&place, &parts).await.unwrap(), parts, place };
    assert_eq!(raw.number("SELECT count(*) AS number FROM settings").await, 1);
}

/// Nodes that start together on an empty database agree; with different keys only one of them starts.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_agree() {
    for different_keys in [false, true] {
        let (database, first) = (TestDatabase::new().await, TestParts::new());
        let mut second = TestParts::new();
        if !different_keys {
            second.key = first.key.clone();
        }
        let open = |parts: &TestParts| Store::open_postgres(database.url(), parts.with(clock()));
        let (one, other) = tokio::join!(open(&first), open(&second));
        match (one, other) {
            (Ok(one), Ok(_)) if !different_keys => drop(Tenant::found(&one).await),
            (Ok(_), Err(error)) | (Err(error), Ok(_)) if different_keys => assert_wrong_key(&error),
            (one, other) => panic!("{one:?} {other:?}"),
        }
    }
}

async fn open(place: &Place, parts: &TestParts) -> Result<Store, OpenError> {
    match place {
        Place::File(file) => Store::open_sqlite(file.path(), parts.with(clock())).await,
        Place::Server(database) => Store::open_postgres(database.url(), parts.with(clock())).await,
    }
}

fn assert_wrong_key(error: &OpenError) {
    assert!(matches!(error, OpenError::Key(CryptoError::WrongMasterKey)), "{error:?}");
    assert!(error.to_string().contains("another master key"), "{error}");
}
