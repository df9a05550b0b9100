//! A view and its reads. Compiled once for each database.

mod books;
mod reads;
mod view;

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    Mode, OrgId, RequestId,
    audit::JournalEvent,
    budget::{AccountOwner, Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::OrgHead,
    ports::{LedgerScan, Movement, OpenHold, StoreError},
};

use super::{Conn, Database, data_keys, nodes, view as source};
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

    async fn accounts(&mut self, org: OrgId) -> Result<Vec<(Mode, AccountOwner, Meter)>, StoreError> {
        self.view.read(move |conn| Box::pin(books::accounts(conn, org))).await
    }

    async fn moved(&mut self, org: OrgId, after_seq: i64) -> Result<Vec<Movement>, StoreError> {
        self.view.read(move |conn| Box::pin(books::moved(conn, org, after_seq))).await
    }

    async fn open_holds(&mut self) -> Result<Vec<OpenHold>, StoreError> {
        self.view.read(|conn| Box::pin(books::open_holds(conn))).await
    }

    async fn pending_approvals(&mut self) -> Result<Vec<(Mode, u64)>, StoreError> {
        self.view.read(|conn| Box::pin(books::pending_approvals(conn))).await
    }
}
