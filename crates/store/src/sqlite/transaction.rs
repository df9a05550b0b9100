//! Beginning and ending transactions on the writer. Rolling back is the business of [`super::Threads`].

use diesel_async::SimpleAsyncConnection;
use upivia_domain::ports::StoreError;

use super::Conn;
use crate::{error::store_error, ledger::Faults};

/// Takes the file's one write lock, which holds every organization at once.
pub(crate) async fn begin(conn: &mut Conn) -> Result<(), StoreError> {
    conn.batch_execute("BEGIN IMMEDIATE").await.map_err(store_error)
}

/// Commits. After an error nobody knows whether the log reached the disk.
pub(crate) async fn commit(conn: &mut Conn, faults: &Faults) -> Result<(), StoreError> {
    let unknown = |error: diesel::result::Error| StoreError::CommitUnknown(error.to_string());
    conn.batch_execute("COMMIT").await.map_err(unknown)?;
    faults.answer()
}
