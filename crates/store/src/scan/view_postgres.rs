//! A view of the server's rows: one connection of the pool.

use std::sync::Arc;

use futures::future::BoxFuture;
use upivia_domain::ports::StoreError;

use super::{Conn, Database};

/// All statements see what the first one saw. Between two of them the reader may verify for a while what it has read.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL statement_timeout = '10min'";

/// Lends a connection to a job that lasts as long as the view.
pub(crate) async fn lend<F>(database: Arc<Database>, job: F) -> Result<(), StoreError>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<(), StoreError>> + Send + 'static,
{
    database.read(job).await
}
