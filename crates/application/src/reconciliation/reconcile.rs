//! Hears what providers report, each message once.

use std::sync::Arc;

use upivia_domain::{
    CommandId, OrgId,
    dispatch::{Reference, ServiceRequest},
    ledger::{Command, Outcome},
    ports::{Clock, RequestQueries, WebhookReceipt, WebhookReceipts},
};

use super::{ReconcileError, Report};
use crate::ledger::GroupCommit;

/// So many seconds a receipt is kept. A signature is believed for minutes, so whoever copied a message cannot send it after
/// that, and the ledger knows the command that a message became for good; a receipt answers repetitions until then.
pub const RECEIPT_SECONDS: i64 = 60 * 60;
/// With each new message some old ones are forgotten: more than one, so that they never add up.
const FORGOTTEN_AT_ONCE: u32 = 8;

/// What the use-case needs.
pub struct ReconciliationParts {
    /// Where outcomes are written.
    pub ledger: Arc<GroupCommit>,
    /// Where requests are read.
    pub requests: Arc<dyn RequestQueries>,
    /// What was heard before.
    pub receipts: Arc<dyn WebhookReceipts>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// The use-case.
pub struct Reconciliation(ReconciliationParts);

/// A message that was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The request as it stands.
    pub request: Arc<ServiceRequest>,
    /// The message had been heard before, and nothing was done now.
    pub duplicate: bool,
}

impl Reconciliation {
    /// Over these parts.
    pub const fn new(parts: ReconciliationParts) -> Self {
        Self(parts)
    }

    /// Acts on a report, unless it was heard before.
    ///
    /// First the ledger, then the receipt: the command's id follows from provider and event id, so the ledger itself takes
    /// a message only once, also when this process dies between the two, and the receipt needs no place in the
    /// transaction under the organization's lock. What the receipt adds is to know other bytes under a known id, and to
    /// answer duplicates without a command.
    ///
    /// # Errors
    ///
    /// See [`ReconcileError`].
    pub async fn hear(&self, report: Report) -> Result<Heard, ReconcileError> {
        if let Some(known) = self.0.receipts.receipt(&report.provider, &report.event_id).await? {
            return self.again(&known, &report).await;
        }
        let request = self.find(&report).await?;
        let id = CommandId::derived(&["webhook", report.provider.as_str(), &report.event_id]);
        let request = self.apply(report.word.command(id, &request)).await?;
        let receipt = self.receipt(&report, &request);
        let kept = self.0.receipts.keep(&receipt).await?;
        self.forget_old_ones().await;
        if kept == receipt {
            return Ok(Heard { request, duplicate: false });
        }
        self.again(&kept, &report).await
    }

    /// Bounded work; where it fails, the next message does it.
    async fn forget_old_ones(&self) {
        let before = self.0.clock.now().plus_seconds(-RECEIPT_SECONDS);
        if let Err(error) = self.0.receipts.forget(before, FORGOTTEN_AT_ONCE).await {
            tracing::warn!(%error, "old receipts of messages could not be forgotten");
        }
    }

    async fn again(&self, known: &WebhookReceipt, report: &Report) -> Result<Heard, ReconcileError> {
        if known.digest != report.digest {
            return Err(ReconcileError::Reused);
        }
        let request = self.0.requests.request(known.org, known.request).await?;
        Ok(Heard { request: Arc::new(request.ok_or(ReconcileError::NotFound)?), duplicate: true })
    }

    /// The request, if it is one of this provider's.
    async fn find(&self, report: &Report) -> Result<ServiceRequest, ReconcileError> {
        let org = self.org(report.reference).await?.ok_or(ReconcileError::NotFound)?;
        let request = self.0.requests.request(org, report.reference.request).await?;
        let own = request.filter(|request| request.provider.as_ref() == Some(&report.provider));
        own.ok_or(ReconcileError::NotFound)
    }

    async fn org(&self, reference: Reference) -> Result<Option<OrgId>, ReconcileError> {
        match reference.org {
            Some(org) => Ok(Some(org)),
            None => Ok(self.0.requests.locate(reference.request).await?),
        }
    }

    async fn apply(&self, command: Command) -> Result<Arc<ServiceRequest>, ReconcileError> {
        match self.0.ledger.submit(Arc::new(command)).await? {
            Outcome::Request { request, .. } => Ok(Arc::from(request)),
            Outcome::Recorded { .. } | Outcome::Spawned { .. } => Err(ReconcileError::Unavailable),
        }
    }

    fn receipt(&self, report: &Report, request: &ServiceRequest) -> WebhookReceipt {
        WebhookReceipt {
            provider: report.provider.clone(),
            event_id: report.event_id.clone(),
            digest: report.digest,
            received_at: self.0.clock.now(),
            org: request.org,
            request: request.id,
        }
    }
}
