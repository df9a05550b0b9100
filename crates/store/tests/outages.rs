//! PostgreSQL away, busy, or cut off in the middle: what the store says, and what is left.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use upivia_domain::ports::{Applied, ApplyMode, LedgerQueries, LedgerStore, StoreError};

use support::{
    raw::{Place, Raw},
    tenant::{FIRST, SKIP, Tenant, done, fresh},
};

const KILL_THE_OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Lets the journal take its time, so that something can happen in the middle of a batch.
const SLOW_JOURNAL: &str =
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(4); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION slow();";
const FAST_JOURNAL: &str = "DROP TRIGGER slow ON journal; DROP FUNCTION slow;";

/// Does something while a transaction with events commits.
fn at_commit(what: &str) -> String {
    format!(
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {what}; RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION late();"
    )
}
const COMMIT_AS_BEFORE: &str = "DROP TRIGGER late ON journal; DROP FUNCTION late;";

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_died_while_idle_are_replaced() {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    tenant.admitted(&raw.store).await;
    for _ in 0..3 {
        raw.execute(KILL_THE_OTHERS).await.unwrap();
        done(&raw.store, tenant.admission(fresh("srq_"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_cut_off_before_its_commit_leaves_nothing() {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    raw.execute(SLOW_JOURNAL).await.unwrap();
    let before = raw.state(&tenant).await;
    let store = raw.store.clone();
    let cut = tokio::spawn(async move { store.apply(&[tenant.admission(fresh("srq_"))], FIRST).await });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    raw.execute(KILL_THE_OTHERS).await.unwrap();
    let error = cut.await.unwrap().unwrap_err();
    // The server said farewell before the commit, or said nothing at all. Too late for another try: never a success.
    assert!(matches!(error, StoreError::Unavailable(_) | StoreError::CommitUnknown(_)), "{error}");
    raw.execute(FAST_JOURNAL).await.unwrap();
    assert_eq!(raw.state(&tenant).await, before);
    done(&raw.store, tenant.admission(fresh("srq_"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_cut_off_in_its_commit_is_in_doubt() {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    raw.execute(&at_commit("PERFORM pg_sleep(4)")).await.unwrap();
    let (store, batch) = (raw.store.clone(), [tenant.admission(fresh("srq_"))]);
    let again = batch.clone();
    let cut = tokio::spawn(async move { store.apply(&batch, FIRST).await });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    raw.execute(KILL_THE_OTHERS).await.unwrap();
    let error = cut.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::CommitUnknown(_)), "{error}");
    raw.execute(COMMIT_AS_BEFORE).await.unwrap();
    // The doubt ends as the port says: the same commands once more.
    let applied = raw.store.apply(&again, ApplyMode { again: true, ..FIRST }).await.unwrap();
    assert!(matches!(applied.as_slice(), [Applied::Done(Ok(_))]), "{applied:?}");
    assert_eq!(raw.number("SELECT count(*) AS number FROM requests").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_the_rows_refuse_is_no_doubt() {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    raw.execute(&at_commit("RAISE unique_violation")).await.unwrap();
    let before = raw.state(&tenant).await;
    let error = raw.store.apply(&[tenant.admission(fresh("srq_"))], FIRST).await.unwrap_err();
    assert!(matches!(error, StoreError::Constraint(_)), "{error}");
    assert_eq!(raw.state(&tenant).await, before);
    raw.execute(COMMIT_AS_BEFORE).await.unwrap();
    done(&raw.store, tenant.admission(fresh("srq_"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_caller_does_not_stop_its_batch() {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    raw.execute(SLOW_JOURNAL).await.unwrap();
    let batch = [tenant.admission(fresh("srq_"))];
    let impatient = tokio::time::timeout(Duration::from_millis(300), raw.store.apply(&batch, FIRST)).await;
    assert!(impatient.is_err());
    let deadline = Instant::now() + Duration::from_secs(20);
    while raw.number("SELECT count(*) AS number FROM requests").await == 0 {
        assert!(Instant::now() < deadline, "the batch was given up");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_organization_is_left_out_or_waited_for() {
    let raw = Raw::postgres().await;
    let (held, free) = (Tenant::found(&raw.store).await, Tenant::found(&raw.store).await);
    let Place::Server(database) = &raw.place else { panic!("not a server") };
    let mut holder = database.connect().await;
    let hold = format!("BEGIN; SELECT 1 FROM org_heads WHERE org_id = '{}' FOR UPDATE", held.org);
    holder.batch_execute(&hold).await.unwrap();

    let batch = [held.admission(fresh("srq_")), free.admission(fresh("srq_"))];
    let applied = raw.store.apply(&batch, SKIP).await.unwrap();
    assert!(matches!(applied.as_slice(), [Applied::Locked, Applied::Done(Ok(_))]), "{applied:?}");

    let begun = Instant::now();
    let error = raw.store.apply(&[held.admission(fresh("srq_"))], FIRST).await.unwrap_err();
    assert_eq!(error, StoreError::LockTimeout);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());

    holder.batch_execute("COMMIT").await.unwrap();
    done(&raw.store, held.admission(fresh("srq_"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_unavailable_and_found_again() {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    let Place::Server(database) = &raw.place else { panic!("not a server") };
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    database.as_admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    database.as_admin(&KILL_THE_OTHERS.replace("current_database()", &format!("'{name}'"))).await;
    let error = raw.store.apply(&[tenant.admission(fresh("srq_"))], FIRST).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(raw.store.ping().await.is_err());
    database.as_admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    done(&raw.store, tenant.admission(fresh("srq_"))).await;
}
