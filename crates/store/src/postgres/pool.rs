//! Pools. A job gets a connection to itself, and leaves it without an open transaction.

use std::{panic::AssertUnwindSafe, time::Duration};

use diesel_async::{
    AsyncConnection, SimpleAsyncConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool},
};
use futures::future::{BoxFuture, FutureExt};
use upivia_domain::ports::StoreError;

use super::{Conn, Work, url::with_defaults};

/// How long a job waits for a connection, and for the end of what it left open.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Connections that are opened when they are needed and kept. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool(deadpool::Pool<Conn>);

impl Pool {
    /// A pool of at most `size` connections. Nothing is opened yet.
    pub(crate) fn new(url: &str, work: Work, size: usize) -> Result<Self, StoreError> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| connect(url.to_owned(), work).boxed());
        let manager = AsyncDieselConnectionManager::new_with_config(with_defaults(url), config);
        let pool = deadpool::Pool::builder(manager).max_size(size).build();
        pool.map(Self).map_err(|error| StoreError::Internal(error.to_string()))
    }

    /// Closes every connection that is idle: after one was found dead, the others are likely dead too.
    pub(crate) fn close_idle(&self) {
        let _ = self.0.retain(|_, _| false);
    }

    /// Runs a job to its end, also when the caller drops this future.
    ///
    /// Whatever is still open after an error or a panic is rolled back before the connection serves anybody else, or the
    /// connection is closed. A job that returns `Ok` has committed or only read.
    pub(crate) async fn run<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let pool = self.clone();
        let task = tokio::spawn(async move { pool.run_here(job).await });
        task.await.unwrap_or_else(|error| Err(StoreError::Internal(format!("a job of the store ended: {error}"))))
    }

    /// The same in the task of the caller, who MUST NOT be dropped before the end.
    pub(super) async fn run_here<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>>,
    {
        run_on(self.object().await?, job).await
    }

    async fn object(&self) -> Result<deadpool::Object<Conn>, StoreError> {
        match tokio::time::timeout(LONGEST_WAIT, self.0.get()).await {
            Ok(Ok(object)) => Ok(object),
            Ok(Err(error)) => Err(StoreError::Unavailable(error.to_string())),
            Err(_) => Err(StoreError::Unavailable("no connection became free".to_owned())),
        }
    }
}

async fn run_on<T, F>(mut object: deadpool::Object<Conn>, job: F) -> Result<T, StoreError>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>>,
{
    let work = async { job(&mut object).await };
    let result = AssertUnwindSafe(work).catch_unwind().await;
    let result = result.unwrap_or_else(|_| Err(StoreError::Internal("a job of the store panicked".to_owned())));
    if result.is_err() && !rolled_back(&mut object).await {
        drop(deadpool::Object::take(object));
    }
    result
}

async fn rolled_back(conn: &mut Conn) -> bool {
    matches!(tokio::time::timeout(LONGEST_WAIT, conn.batch_execute("ROLLBACK")).await, Ok(Ok(())))
}

async fn connect(url: String, work: Work) -> diesel::ConnectionResult<Conn> {
    let mut conn = Conn::establish(&url).await?;
    conn.batch_execute(work.session()).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
