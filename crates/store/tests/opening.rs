//! Opening a store: which databases, keys and processes are refused, and what each refusal says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use upivia_domain::ports::LedgerQueries;
use upivia_store::{OpenError, SchemaState, Store, crypto::CryptoError, migrate_postgres};

use support::{
    TestParts,
    postgres::TestDatabase,
    raw::Raw,
    sqlite::TestFile,
    tenant::{Tenant, clock},
};

const LATER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231235959')";

#[tokio::test]
async fn a_file_is_made_and_found_again() {
    let (file, parts) = (TestFile::new(), TestParts::new());
    let first = Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
    let tenant = Tenant::found(&first).await;
    drop(first);
    let again = Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
    assert!(again.head(tenant.org).await.unwrap().is_some());
}

#[tokio::test]
async fn one_process_writes_a_file() {
    let (file, parts) = (TestFile::new(), TestParts::new());
    let first = Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
    let second = Store::open_sqlite(file.path(), parts.with(clock())).await;
    assert!(matches!(second, Err(OpenError::InUse)), "{second:?}");
    drop(first);
    Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
}

#[tokio::test]
async fn whoever_opens_a_file_beside_its_writer_only_reads() {
    let (file, parts) = (TestFile::new(), TestParts::new());
    let missing = Store::open_sqlite_beside(file.path(), parts.with(clock())).await;
    assert!(matches!(missing, Err(OpenError::Store(_))), "{missing:?}");
    let writer = Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
    let tenant = Tenant::found(&writer).await;
    let reader = Store::open_sqlite_beside(file.path(), parts.with(clock())).await.unwrap();
    assert!(reader.head(tenant.org).await.unwrap().is_some());
    let command = std::sync::Arc::new(tenant.funding(upivia_domain::NanoUsd::cents(1)));
    let refused = upivia_domain::ports::LedgerStore::apply(&reader, &[command], support::tenant::FIRST).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_is_refused_on_both() {
    let raw = Raw::sqlite().await;
    let support::raw::Place::File(file) = &raw.place else { panic!("not a file") };
    let path = file.path();
    drop(raw.store);
    let other = Store::open_sqlite(path, TestParts::new().with(clock())).await;
    assert!(matches!(other, Err(OpenError::Key(CryptoError::WrongMasterKey))), "{other:?}");

    let raw = Raw::postgres().await;
    let support::raw::Place::Server(database) = &raw.place else { panic!("not a server") };
    let other = Store::open_postgres(database.url(), TestParts::new().with(clock())).await;
    assert!(matches!(other, Err(OpenError::Key(CryptoError::WrongMasterKey))), "{other:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_on_both() {
    let raw = Raw::sqlite().await;
    raw.execute(LATER).await.unwrap();
    let support::raw::Place::File(file) = &raw.place else { panic!("not a file") };
    let (path, parts) = (file.path(), raw.parts.with(clock()));
    drop(raw.store);
    assert_newer(Store::open_sqlite(path, parts).await);

    let raw = Raw::postgres().await;
    raw.execute(LATER).await.unwrap();
    let support::raw::Place::Server(database) = &raw.place else { panic!("not a server") };
    assert_newer(Store::open_postgres(database.url(), raw.parts.with(clock())).await);
    let migrated = migrate_postgres(database.url()).await;
    assert!(migrated.is_err(), "{migrated:?}");
}

fn assert_newer(opened: Result<Store, OpenError>) {
    match opened {
        Err(OpenError::Schema(SchemaState::Newer { unknown })) => assert_eq!(unknown, ["29991231235959"]),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tables_is_migrated_only_when_told() {
    let (database, parts) = (TestDatabase::empty().await, TestParts::new());
    let opened = Store::open_postgres(database.url(), parts.with(clock())).await;
    let Err(OpenError::Schema(SchemaState::Older { missing })) = opened else { panic!("{opened:?}") };
    let applied = migrate_postgres(database.url()).await.unwrap();
    assert_eq!(applied, missing);
    assert_eq!(migrate_postgres(database.url()).await.unwrap(), Vec::<String>::new());
    Store::open_postgres(database.url(), parts.with(clock())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_agree_on_the_key() {
    let (database, parts) = (TestDatabase::new().await, TestParts::new());
    let open = || Store::open_postgres(database.url(), parts.with(clock()));
    let (a, b, c) = tokio::join!(open(), open(), open());
    assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_may_migrate_at_once() {
    let database = TestDatabase::empty().await;
    let (a, b) = tokio::join!(migrate_postgres(database.url()), migrate_postgres(database.url()));
    assert_eq!(a.unwrap().len() + b.unwrap().len(), migrations().len());
}

fn migrations() -> Vec<String> {
    let tree = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres");
    let entries = std::fs::read_dir(tree).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
