//! Runs SQLite where it is called: on the thread that owns the connection, without another hop.

use std::error::Error;

use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures::future::{BoxFuture, FutureExt, ready};

/// A connection whose futures are ready when they are made: only [`super::Threads`] polls them.
pub(crate) type Conn = SyncConnectionWrapper<SqliteConnection, Inline>;

/// No runtime at all.
pub(crate) struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        ready(Ok(task())).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}
