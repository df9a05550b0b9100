//! Consistent views of the whole ledger. The statements are in `sql`, which each database compiles for itself; how a view
//! begins is in the `view_…` files.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::ports::{LedgerScan, LedgerScanner, StoreError};

use crate::{Store, connect::Backend};

#[async_trait]
impl LedgerScanner for Store {
    async fn scan(&self) -> Result<Box<dyn LedgerScan>, StoreError> {
        let shared = Arc::clone(self.shared());
        Ok(match self.backend() {
            Backend::Sqlite(database) => Box::new(crate::sqlite::scan::open(Arc::clone(database), shared).await?),
            Backend::Postgres(database) => Box::new(crate::postgres::scan::open(Arc::clone(database), shared).await?),
        })
    }
}
