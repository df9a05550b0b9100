//! A view of the file: a thread and a connection of its own, so that it takes nothing away from other readers.

use std::sync::Arc;

use futures::future::BoxFuture;
use upivia_domain::ports::StoreError;

use super::{Conn, Database};

/// The log keeps what the first read saw until the transaction ends.
pub(crate) const BEGIN: &str = "BEGIN";

/// Lends a connection to a job that lasts as long as the view.
pub(crate) async fn lend<F>(database: Arc<Database>, job: F) -> Result<(), StoreError>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<(), StoreError>> + Send + 'static,
{
    let _open = database.views().read_owned().await;
    let reader = database.open_reader()?;
    drop(database);
    let read = reader.run(job).await;
    reader.end().await;
    read
}
