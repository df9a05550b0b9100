//! A view and its reads. Compiled once for each database.

mod reads;
mod view;

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    OrgId, RequestId,
    audit::JournalEvent,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::OrgHead,
    ports::{LedgerScan, StoreError},
};

use super::{Conn, Database, data_keys, view as source};
use crate::connect::Shared;
use view::View;

/// A view as the port wants it.
pub(crate) struct Scan {
    view: View,
    shared: Arc<Shared>,
}

/// Opens a view.
pub(crate) async fn open(database: Arc<Database>, shared: Arc<Shared>) -> Result<Scan, StoreError> {
    Ok(Scan { view: View::open(database).await?, shared })
}

#[async_trait]
impl LedgerScan for Scan {
    async fn heads(&mut self) -> Result<Vec<OrgHead>, StoreError> {
        self.view.read(|conn| Box::pin(reads::heads(conn))).await
    }

    async fn journal(&mut self, org: OrgId, after_seq: i64, limit: u32) -> Result<Vec<JournalEvent>, StoreError> {
        self.view.read(move |conn| Box::pin(reads::journal(conn, org, after_seq, limit))).await
    }

    async fn requests(
        &mut self,
        org: OrgId,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError> {
        let shared = Arc::clone(&self.shared);
        self.view.read(move |conn| Box::pin(reads::requests(conn, shared, org, after, limit))).await
    }

    async fn meters(&mut self, org: OrgId) -> Result<Vec<(MeterKey, Meter)>, StoreError> {
        self.view.read(move |conn| Box::pin(reads::meters(conn, org))).await
    }
}
