//! Where the lanes of the ledger run.
//!
//! With PostgreSQL behind them, lanes, their connections and the making of their rows have a thread to themselves: on the
//! threads of the HTTP handlers an answer of the database would wait behind all handlers that are ready, and everybody waits for
//! the lanes. The embedded database has a thread of its own already.

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};
use upivia_application::ledger::GroupCommit;
use upivia_domain::ports::LedgerStore;

/// The place, for as long as the process serves.
pub(super) struct Lanes(Option<Runtime>);

impl Lanes {
    /// A thread of their own, or those of the caller.
    pub(super) fn new(own_thread: bool) -> Result<Self> {
        let runtime = own_thread
            .then(|| Builder::new_multi_thread().worker_threads(1).thread_name("ledger").enable_all().build());
        Ok(Self(runtime.transpose().context("the thread of the ledger")?))
    }

    /// Starts the lanes there.
    pub(super) fn start(&self, store: Arc<dyn LedgerStore>) -> Arc<GroupCommit> {
        let _entered = self.0.as_ref().map(Runtime::enter);
        GroupCommit::start(store)
    }
}

impl Drop for Lanes {
    // Whoever waited for a commit was answered before; what is left would only wait for its like.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
