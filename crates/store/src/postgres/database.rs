//! The server with its pools.

use std::{num::NonZero, sync::Arc, thread};

use futures::{FutureExt, future::BoxFuture};
use tokio::sync::Semaphore;
use upivia_domain::ports::StoreError;

use super::{Conn, Pool, Work, settings_table};
use crate::{
    connect::{OpenError, Shared},
    migrate::{self, SchemaState},
};

/// So many batches may wait for locked organizations without taking a connection away from a lane.
const WAITING_BATCHES: usize = 8;
/// Connections for use-cases and reads.
const REST: usize = 12;

/// A PostgreSQL database.
pub(crate) struct Database {
    /// For batches of the ledger.
    pub(super) batches: Pool,
    /// For use-cases and reads.
    rest: Pool,
    /// Clock, keys and caches.
    pub(crate) shared: Arc<Shared>,
    pub(super) may_wait: Arc<Semaphore>,
    lanes: usize,
    url: String,
}

impl Database {
    /// Connects to a database whose schema is this program's.
    pub(crate) async fn open(url: &str, shared: Arc<Shared>) -> Result<Self, OpenError> {
        match migrate::check_postgres(url).await? {
            SchemaState::Equal => {}
            state => return Err(OpenError::Schema(state)),
        }
        let lanes = thread::available_parallelism().map_or(2, NonZero::get).clamp(2, 8);
        Ok(Self {
            batches: Pool::new(url, Work::Batches, lanes + WAITING_BATCHES)?,
            rest: Pool::new(url, Work::Rest, REST)?,
            shared,
            may_wait: Arc::new(Semaphore::new(WAITING_BATCHES)),
            lanes,
            url: url.to_owned(),
        })
    }

    /// Connections of its own to the same database, with another clock and other caches.
    pub(crate) async fn another(&self, shared: Arc<Shared>) -> Result<Self, OpenError> {
        Self::open(&self.url, shared).await
    }

    /// How many batches commit side by side.
    pub(crate) const fn lanes(&self) -> usize {
        self.lanes
    }

    /// Runs a job that writes: from [`super::begin`] to [`super::commit`].
    pub(crate) async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.rest.run(job).await
    }

    /// Runs a job that reads.
    pub(crate) async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.rest.run(job).await
    }

    /// A setting; the first who asks decides it.
    pub(crate) async fn setting(&self, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        self.write(move |conn| settings_table::find_or_put(conn, name, value).boxed()).await
    }
}
