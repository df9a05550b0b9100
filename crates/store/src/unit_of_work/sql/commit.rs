//! Writes what the snapshots changed, and commits.

use upivia_domain::ports::StoreError;

use super::{OpenTx, load, send_commit};

impl OpenTx<'_> {
    /// Commits, unless anything failed or it is too late.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.check()?;
        self.bump_epochs();
        let (conn, shared, snapshots) = self.parts();
        load::write(conn, shared, snapshots).await?;
        self.check()?;
        let (conn, shared, _) = self.parts();
        send_commit(conn, &shared.faults).await
    }
}
