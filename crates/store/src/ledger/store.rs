//! The port.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    ledger::Command,
    ports::{Applied, ApplyMode, LedgerStore, StoreError},
};

use crate::connect::{Backend, Store};

#[async_trait]
impl LedgerStore for Store {
    async fn apply(&self, batch: &[Arc<Command>], mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let batch = batch.to_vec();
        match self.backend() {
            Backend::Sqlite(database) => database.apply(batch, mode).await,
            Backend::Postgres(database) => database.apply(batch, mode).await,
        }
    }

    fn lanes(&self) -> usize {
        match self.backend() {
            Backend::Sqlite(_) => 1,
            Backend::Postgres(database) => database.lanes(),
        }
    }
}
