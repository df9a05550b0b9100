//! The last steps of organizations that are closing: once no request is open, what teams, workers and agents had left goes
//! back to the wallet, and the organization is closed. Nobody tells when: a look now and then costs the others nothing.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use upivia_domain::{
    CommandId, Mode, NanoUsd, NodeId, OrgId,
    audit::Object,
    budget::{Account, AccountOwner},
    identity::{Actor, OrganizationStatus, Standing},
    ledger::{Command, Refusal, Transfer, TransferPurpose},
    ports::{Ids, LedgerScanner, StandingQueries, StoreError, Tx, UnitOfWork, transact},
};

use crate::access::{Entry, Recorder};

const PAUSE: Duration = Duration::from_secs(5);
const AT_ONCE: u32 = 200;

/// What the sweeps need.
pub struct ClosingParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Who is closing.
    pub standings: Arc<dyn StandingQueries>,
    /// Where money is left.
    pub scanner: Arc<dyn LedgerScanner>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// This process, as the trail names it.
    pub node: NodeId,
}

/// Looks after organizations that are closing.
pub struct ClosingOrganizations {
    parts: ClosingParts,
}

impl ClosingOrganizations {
    /// On this node.
    pub const fn new(parts: ClosingParts) -> Self {
        Self { parts }
    }

    /// Looks for ever; the task is simply aborted at the end of the process. Any number of nodes may do so.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "looking for organizations that are closing failed");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Looks once; returns how many are closed now.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let mut closed = 0;
        for standing in self.parts.standings.organizations_that_are(OrganizationStatus::Closing, AT_ONCE).await? {
            closed += usize::from(self.finish(standing.org).await?);
        }
        Ok(closed)
    }

    async fn finish(&self, org: OrgId) -> Result<bool, StoreError> {
        let open = transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { tx.standings().has_open_requests(org).await })
        })
        .await;
        if open? {
            return Ok(false);
        }
        for (mode, owner, amount) in self.left(org).await? {
            self.take_back(org, mode, owner, amount).await?;
        }
        let actor = self.actor();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(end(tx, actor, org))).await
    }

    /// What can be taken back, account by account.
    async fn left(&self, org: OrgId) -> Result<Vec<(Mode, AccountOwner, NanoUsd)>, StoreError> {
        let accounts = self.parts.scanner.scan().await?.accounts(org).await?;
        let left = accounts.into_iter().map(|(mode, owner, meter)| (mode, owner, meter.available()));
        Ok(left.filter(|(_, owner, amount)| *owner != AccountOwner::Wallet && *amount > NanoUsd::ZERO).collect())
    }

    /// Another node may have been faster: then there is not so much any more, and nothing is moved.
    async fn take_back(&self, org: OrgId, mode: Mode, owner: AccountOwner, amount: NanoUsd) -> Result<(), StoreError> {
        let command = Command::Transfer(Transfer {
            id: CommandId::new(self.parts.ids.uuid()),
            org,
            mode,
            from: Account::Owned(owner),
            to: Account::Owned(AccountOwner::Wallet),
            amount,
            purpose: TransferPurpose::Allocation,
            actor: self.actor(),
            note: "what was left when the organization closed".to_owned(),
            trace: None,
        });
        let moved = transact::<Result<(), Refusal>, StoreError, _>(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { Ok(tx.apply(&command).await?.map(drop)) })
        })
        .await;
        if let Err(refusal) = moved? {
            tracing::info!(%org, %refusal, "money of a closing organization was not moved");
        }
        Ok(())
    }

    const fn actor(&self) -> Actor {
        Actor::System { node: self.parts.node }
    }
}

/// Another node may have been faster.
async fn end(tx: &mut dyn Tx, actor: Actor, org: OrgId) -> Result<bool, StoreError> {
    let status = tx.standings().status(org).await?;
    if status != OrganizationStatus::Closing || tx.standings().has_open_requests(org).await? {
        return Ok(false);
    }
    let (status, changed_at) = (OrganizationStatus::Closed, tx.now());
    let reason = "its last open request has ended".to_owned();
    tx.standings().put(&Standing { org, status, reason, changed_by: None, changed_at }).await?;
    let object = Object { kind: "organization", id: org.to_string() };
    let detail = json!({ "old": OrganizationStatus::Closing.as_str(), "new": status.as_str() });
    let kind = "organization.closed";
    let by = Recorder { org, actor, trace: None };
    by.record(tx, Entry { kind, object, agent: None, operation: None, detail }).await?;
    Ok(true)
}
