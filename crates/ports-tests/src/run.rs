//! Runs one test of the suite on one store, and audits what it left.

use std::{future::Future, time::Duration};

use crate::{Fixture, World};

/// No test of the suite takes so long; one that hangs fails instead of stopping them all.
const LONGEST_TEST: Duration = Duration::from_secs(120);

/// Makes a store, runs the test on it, and verifies every journal and every ledger that the test left.
pub fn run<X, F, T>(fixture: impl FnOnce() -> F, test: impl FnOnce(World) -> T)
where
    X: Fixture + 'static,
    F: Future<Output = X>,
    T: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let ended = tokio::time::timeout(LONGEST_TEST, async {
            let world = World::open(fixture().await).await;
            test(world.clone()).await;
            world.audited().await;
        });
        ended.await.expect("the test hangs");
    });
}
