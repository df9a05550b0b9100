//! Beginning and ending transactions. Rolling back is the business of [`super::Pool`].

use diesel_async::SimpleAsyncConnection;
use upivia_domain::ports::StoreError;

use super::Conn;
use crate::{
    error::{is_refusal, store_error},
    ledger::Faults,
};

/// Begins a transaction that sees, in each statement, what is committed by then.
pub(crate) async fn begin(conn: &mut Conn) -> Result<(), StoreError> {
    conn.batch_execute("BEGIN").await.map_err(store_error)
}

/// Commits. Every statement before MUST have succeeded: the server answers COMMIT of an aborted transaction with success.
pub(crate) async fn commit(conn: &mut Conn, faults: &Faults) -> Result<(), StoreError> {
    conn.batch_execute("COMMIT").await.map_err(commit_error)?;
    faults.answer()
}

/// What a failed COMMIT means: only a refusal of the rows is certainly no commit.
pub(super) fn commit_error(error: diesel::result::Error) -> StoreError {
    if is_refusal(&error) { store_error(error) } else { StoreError::CommitUnknown(error.to_string()) }
}
