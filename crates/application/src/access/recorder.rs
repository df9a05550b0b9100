//! Who is named in the audit trail: a person, an agent, or the platform itself.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    AgentId, OrgId, UserId,
    audit::{NewEvent, Object},
    catalog::OperationName,
    identity::Actor,
    ports::{StoreError, Tx},
};

use super::AgentCaller;

/// One audit event of a change: what happened to what, from what to what.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) object: Object,
    pub(crate) agent: Option<AgentId>,
    pub(crate) operation: Option<OperationName>,
    pub(crate) detail: Value,
}

/// Whoever changes something, as far as the trail asks.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    pub(crate) org: OrgId,
    pub(crate) actor: Actor,
    pub(crate) trace: Option<Arc<str>>,
}

impl Recorder {
    /// An agent.
    pub(crate) const fn agent(caller: &AgentCaller, trace: Option<Arc<str>>) -> Self {
        Self { org: caller.org, actor: caller.actor(), trace }
    }

    /// The same, in the chain of another organization that the transaction holds.
    pub(crate) fn at(&self, org: OrgId) -> Self {
        Self { org, ..self.clone() }
    }

    /// The organization in whose chain they are named.
    pub(crate) const fn org(&self) -> OrgId {
        self.org
    }

    /// The person, where it is one.
    pub(crate) const fn user(&self) -> Option<UserId> {
        match self.actor {
            Actor::User { user, .. } => Some(user),
            Actor::Agent { .. } | Actor::System { .. } | Actor::Operator => None,
        }
    }

    /// Appends the event to the chain, under their name; returns its place.
    pub(crate) async fn record(&self, tx: &mut dyn Tx, entry: Entry) -> Result<i64, StoreError> {
        let Entry { kind, object, agent, operation, detail } = entry;
        let (actor, trace) = (self.actor, self.trace.clone());
        tx.append(self.org, NewEvent { kind, actor, agent, operation, object, detail, trace }).await
    }
}
