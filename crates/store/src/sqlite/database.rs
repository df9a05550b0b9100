//! The file with its threads.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use diesel_async::SimpleAsyncConnection;
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::RwLock;
use upivia_domain::ports::StoreError;

use super::{Access, Conn, Threads, copy, file_lock::FileLock, settings_table};
use crate::{
    connect::{OpenError, Shared},
    error::store_error,
    migrate::{self, SchemaState},
};

/// So many reads go on beside the writer.
const READERS: usize = 3;

/// The embedded database.
pub(crate) struct Database {
    /// The connection that writes. Where the file was opened beside its writer, it only reads.
    writer: Arc<Threads>,
    /// The connections that read.
    readers: Arc<Threads>,
    /// Clock, keys and caches.
    pub(crate) shared: Arc<Shared>,
    path: PathBuf,
    /// Read-locked by every view of its own connection, as long as that is open.
    views: Arc<RwLock<()>>,
    // Last, so that the threads are told to end before another process may begin.
    lock: Option<Arc<FileLock>>,
}

impl Database {
    /// Opens the file for writing, migrated.
    pub(crate) async fn open(path: &Path, shared: Arc<Shared>) -> Result<Self, OpenError> {
        let lock = FileLock::take(path)?;
        let state = migrate::migrate_sqlite(path).await?;
        Self::with(path, shared, (state, Access::Write), Some(lock))
    }

    /// Opens the file beside the process that writes it.
    pub(crate) async fn open_beside(path: &Path, shared: Arc<Shared>) -> Result<Self, OpenError> {
        if !path.is_file() {
            return Err(StoreError::Unavailable(format!("{} does not exist", path.display())).into());
        }
        let state = migrate::check_sqlite(path).await?;
        Self::with(path, shared, (state, Access::Read), None)
    }

    /// Opens a copy that nobody writes. Nothing in it is changed.
    pub(crate) async fn open_copy(path: &Path, shared: Arc<Shared>) -> Result<Self, OpenError> {
        copy::looks_like_one(path)?;
        let path = copy::read_only(path)?;
        let state = migrate::check_sqlite(&path).await?;
        Self::with(&path, shared, (state, Access::Read), None)
    }

    fn with(
        path: &Path,
        shared: Arc<Shared>,
        (state, access): (SchemaState, Access),
        lock: Option<FileLock>,
    ) -> Result<Self, OpenError> {
        if state != SchemaState::Equal {
            return Err(OpenError::Schema(state));
        }
        let writer = Arc::new(Threads::open(path, access, 1)?);
        let readers = Arc::new(Threads::open(path, Access::Read, READERS)?);
        let views = Arc::default();
        Ok(Self { writer, readers, shared, path: path.to_owned(), views, lock: lock.map(Arc::new) })
    }

    /// The same threads with another clock and other caches.
    pub(crate) fn another(&self, shared: Arc<Shared>) -> Self {
        let (writer, readers) = (Arc::clone(&self.writer), Arc::clone(&self.readers));
        let (path, views) = (self.path.clone(), Arc::clone(&self.views));
        Self { writer, readers, shared, path, views, lock: self.lock.clone() }
    }

    /// A connection of its own for reads that stay open, such as a view of the whole ledger.
    pub(crate) fn open_reader(&self) -> Result<Threads, StoreError> {
        Threads::open(&self.path, Access::Read, 1)
    }

    /// What whoever opens such a connection holds until it is closed.
    pub(crate) fn views(&self) -> Arc<RwLock<()>> {
        Arc::clone(&self.views)
    }

    /// Copies what is committed into an empty file, while others write.
    pub(crate) async fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        let (to, copier) = (copy::target(to)?, Threads::open(&self.path, Access::Copy, 1)?);
        let copied = copier.run(move |conn| copy::into(conn, to).boxed()).await;
        copier.end().await;
        copied
    }

    /// Whether the pages and indexes of the file are those that SQLite wrote.
    pub(crate) async fn check_pages(&self) -> Result<(), StoreError> {
        self.read(move |conn| copy::check_pages(conn).boxed()).await
    }

    /// Lets everything that was asked for end, brings the log into the file, and closes all connections.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        self.readers.end().await;
        drop(self.views.write().await);
        let emptied = match self.lock {
            // The last connection removes the log by itself; another process may hold one, which leaves an empty log.
            Some(_) => self.write(|conn| empty_log(conn).boxed()).await,
            None => Ok(()),
        };
        self.writer.end().await;
        emptied
    }

    /// Runs a job that writes: from [`super::begin`] to [`super::commit`].
    pub(crate) async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.writer.run(job).await
    }

    /// Runs a job that reads.
    pub(crate) async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.readers.run(job).await
    }

    /// A setting; the first who asks decides it.
    pub(crate) async fn setting(&self, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        self.write(move |conn| settings_table::find_or_put(conn, name, value).boxed()).await
    }

    /// A setting that somebody decided.
    pub(crate) async fn known_setting(&self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |conn| settings_table::find(conn, name).boxed()).await
    }
}

async fn empty_log(conn: &mut Conn) -> Result<(), StoreError> {
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").await.map_err(store_error)
}
