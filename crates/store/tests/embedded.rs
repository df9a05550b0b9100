//! The embedded file as a whole: what is left beside it after its end, and copies of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::{fs, path::Path, time::Duration};

use upivia_domain::ports::{LedgerQueries, StoreError};
use upivia_store::{OpenError, Store, crypto::CryptoError};

use support::{
    TestParts,
    sqlite::TestFile,
    tenant::{Tenant, clock},
};

const AT_ONCE: Duration = Duration::from_secs(5);

fn names(file: &Path) -> Vec<String> {
    let entries = fs::read_dir(file.parent().unwrap()).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// A store with one organization and a request, and an empty file for a copy of it.
async fn filled(file: &TestFile, parts: &TestParts) -> (Store, Tenant) {
    let store = Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
    let tenant = Tenant::found(&store).await;
    tenant.admitted(&store).await;
    (store, tenant)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_file_has_nothing_but_its_lock_beside_it() {
    let (file, parts) = (TestFile::new(), TestParts::new());
    let (store, tenant) = filled(&file, &parts).await;
    assert!(names(&file.path()).contains(&"upivia.db-wal".to_owned()), "{:?}", names(&file.path()));
    store.close(AT_ONCE).await.unwrap();
    assert_eq!(names(&file.path()), ["upivia.db", "upivia.db.lock"]);
    let late = store.head(tenant.org).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    // Twice is as good as once, and the end of one is the beginning of another.
    assert!(store.close(AT_ONCE).await.is_err());
    drop(store);
    let again = Store::open_sqlite(file.path(), parts.with(clock())).await.unwrap();
    assert!(again.head(tenant.org).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_holds_up_the_end_until_it_is_dropped() {
    use upivia_domain::ports::LedgerScanner;
    let (file, parts) = (TestFile::new(), TestParts::new());
    let (store, _) = filled(&file, &parts).await;
    let view = store.scan().await.unwrap();
    let late = store.close(Duration::from_millis(200)).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    drop(view);
    store.close(AT_ONCE).await.unwrap();
    assert_eq!(names(&file.path()), ["upivia.db", "upivia.db.lock"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_complete_by_itself_and_read_without_a_trace() {
    let (file, parts, other) = (TestFile::new(), TestParts::new(), TestFile::new());
    let (store, tenant) = filled(&file, &parts).await;
    // What a URI would read otherwise.
    let copy = other.path().with_file_name("a copy?mode=rw#100%.db");
    fs::write(&copy, "").unwrap();
    store.copy_to(&copy).await.unwrap();
    let later = tenant.admitted(&store).await;

    let read = Store::open_sqlite_copy(&copy, parts.with(clock())).await.unwrap();
    read.check_pages().await.unwrap();
    let (then, now) = (read.head(tenant.org).await.unwrap().unwrap(), store.head(tenant.org).await.unwrap().unwrap());
    assert!(then.seq < now.seq, "the copy goes on with the file");
    let command = tenant.settlement(later);
    let refused = upivia_domain::ports::LedgerStore::apply(&read, &[command], support::tenant::FIRST).await;
    assert!(refused.is_err(), "{refused:?}");
    read.close(AT_ONCE).await.unwrap();
    assert_eq!(names(&copy), ["a copy?mode=rw#100%.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_replaces_nothing() {
    let (file, parts) = (TestFile::new(), TestParts::new());
    let (store, _) = filled(&file, &parts).await;
    let precious = file.path().with_file_name("precious");
    fs::write(&precious, "precious").unwrap();
    assert!(store.copy_to(&precious).await.is_err());
    assert_eq!(fs::read_to_string(precious).unwrap(), "precious");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_copy_or_another_keys_is_refused_and_left_alone() {
    let (file, parts) = (TestFile::new(), TestParts::new());
    for content in ["", "text", "a text that is longer than the sixteen bytes by which a file is known"] {
        fs::write(file.path(), content).unwrap();
        let opened = Store::open_sqlite_copy(file.path(), parts.with(clock())).await;
        assert!(matches!(opened, Err(OpenError::Store(StoreError::Unavailable(_)))), "{content:?}: {opened:?}");
        assert_eq!(fs::read_to_string(file.path()).unwrap(), content);
    }
    fs::remove_file(file.path()).unwrap();
    let (store, _) = filled(&file, &parts).await;
    let copy = file.path().with_file_name("copy");
    fs::write(&copy, "").unwrap();
    store.copy_to(&copy).await.unwrap();
    let other = Store::open_sqlite_copy(&copy, TestParts::new().with(clock())).await;
    assert!(matches!(other, Err(OpenError::Key(CryptoError::WrongMasterKey))), "{other:?}");
}
