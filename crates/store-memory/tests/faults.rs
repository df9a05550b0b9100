//! Faults that only this store offers.

use upivia_domain::{
    OrgId, Timestamp,
    ports::{Abort, ApplyMode, LedgerQueries, LedgerStore, LockWait, StoreError, UnitOfWork},
};
use upivia_store_memory::{ManualClock, MemoryStore};

#[tokio::test]
async fn a_store_that_is_unavailable_changes_nothing_until_it_is_back() {
    let store = MemoryStore::new(ManualClock::at(Timestamp::default()));
    let mode = ApplyMode { lock: LockWait::Wait, again: false };
    let run = async || store.run(&[OrgId::PLATFORM], Box::new(|_| Box::pin(async { Ok(()) }))).await;
    store.faults().set_unavailable(true);
    assert!(matches!(store.apply(&[], mode).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(run().await, Err(Abort::Store(StoreError::Unavailable(_)))));
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    store.faults().set_unavailable(false);
    assert_eq!((store.ping().await, run().await), (Ok(()), Ok(())));
    assert!(store.apply(&[], mode).await.is_ok_and(|applied| applied.is_empty()));
}
