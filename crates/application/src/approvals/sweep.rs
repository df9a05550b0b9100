//! Questions that nobody answered in time end by themselves.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    CommandId,
    ledger::{Command, Expire},
    ports::StoreError,
};

use super::Approvals;

const PAUSE: Duration = Duration::from_secs(5);
const AT_ONCE: u32 = 200;

impl Approvals {
    /// Looks for ever; the task is simply aborted at the end of the process. Any number of nodes may do so.
    pub async fn run_sweep(self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "looking for expired approvals failed");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Looks once; returns how many had expired.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let overdue = self.parts.approvals.overdue(self.parts.clock.now(), AT_ONCE).await?;
        let expiries = overdue.iter().map(|approval| {
            let command = Expire {
                id: CommandId::new(self.parts.ids.uuid()),
                org: approval.org,
                request: approval.request,
                approval: approval.id,
                node: self.parts.node.id(),
            };
            self.parts.ledger.submit(Arc::new(Command::Expire(command)))
        });
        let ended = futures::future::join_all(expiries).await;
        Ok(ended.into_iter().filter(Result::is_ok).count())
    }
}
