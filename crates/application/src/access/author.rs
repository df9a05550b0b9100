//! The person behind a change: what the audit trail says of them, and whether they may, read where the change is made.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    AgentId, OrgId,
    audit::{NewEvent, Object},
    catalog::OperationName,
    identity::{Actor, Permission},
    ports::{StoreError, Tx},
};

use super::UserCaller;

/// A person who changes something.
#[derive(Debug, Clone)]
pub struct Author {
    /// Who.
    pub caller: UserCaller,
    /// The id of the HTTP request.
    pub trace: Option<Arc<str>>,
}

/// One audit event of a change: what happened to what, from what to what.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) object: Object,
    pub(crate) agent: Option<AgentId>,
    pub(crate) operation: Option<OperationName>,
    pub(crate) detail: Value,
}

/// Whoever changes something, as far as the audit trail asks: a person, an agent, or the platform itself.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    pub(crate) org: OrgId,
    pub(crate) actor: Actor,
    pub(crate) trace: Option<Arc<str>>,
}

impl Recorder {
    /// The organization in which they act.
    pub(crate) const fn org(&self) -> OrgId {
        self.org
    }

    /// Appends the event to the organization's chain, under their name.
    pub(crate) async fn record(&self, tx: &mut dyn Tx, entry: Entry) -> Result<(), StoreError> {
        let Entry { kind, object, agent, operation, detail } = entry;
        let (actor, trace) = (self.actor, self.trace.clone());
        tx.append(self.org, NewEvent { kind, actor, agent, operation, object, detail, trace }).await?;
        Ok(())
    }
}

impl Author {
    /// The same, for what people and agents alike may do.
    pub(crate) fn recorder(&self) -> Recorder {
        Recorder { org: self.caller.org, actor: self.caller.actor(), trace: self.trace.clone() }
    }

    /// The organization in which they act.
    pub const fn org(&self) -> OrgId {
        self.caller.org
    }

    /// Whether their role of this very transaction includes the permission: a demotion holds at once.
    pub(crate) async fn may(&self, tx: &mut dyn Tx, permission: Permission) -> Result<bool, StoreError> {
        Ok(self.permissions(tx).await?.contains(permission))
    }

    /// Appends the event to the organization's chain, under this person's name.
    pub(crate) async fn record(&self, tx: &mut dyn Tx, entry: Entry) -> Result<(), StoreError> {
        self.record_at(tx, self.caller.org, entry).await.map(drop)
    }

    /// The same in the chain of any organization that the transaction holds; returns the place of the event.
    pub(crate) async fn record_at(&self, tx: &mut dyn Tx, org: OrgId, entry: Entry) -> Result<i64, StoreError> {
        let Entry { kind, object, agent, operation, detail } = entry;
        let (actor, trace) = (self.caller.actor(), self.trace.clone());
        tx.append(org, NewEvent { kind, actor, agent, operation, object, detail, trace }).await
    }

    /// Whether they are one of those who run the installation.
    pub(crate) async fn runs_the_installation(&self, tx: &mut dyn Tx) -> Result<bool, StoreError> {
        tx.platform_admins().contains(self.caller.user).await
    }
}
