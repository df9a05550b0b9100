//! Writes what the snapshots changed, and commits.

use upivia_domain::ports::StoreError;

use super::{OpenTx, limit, load, send_commit, silent};

impl OpenTx<'_> {
    /// Commits, unless anything failed or it is too late.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.check()?;
        self.bump_epochs();
        let (conn, shared, snapshots) = self.parts();
        let written = limit::within(limit::SILENCE, load::write(conn, shared, snapshots)).await;
        written.ok_or_else(silent)??;
        self.check()?;
        let (conn, shared, _) = self.parts();
        let committed = limit::within(limit::SILENCE, send_commit(conn, &shared.faults)).await;
        committed.unwrap_or_else(|| Err(StoreError::CommitUnknown(silent().to_string())))
    }
}
