//! Whoever begins a change that both people and agents may make: what the audit trail says of them, and whether they may,
//! read where the change is made.

use std::sync::Arc;

use upivia_domain::{
    AgentId, OrgId,
    identity::Permission,
    ports::{StoreError, Tx},
};

use super::{Author, Entry, Principal, Recorder};

/// A person or an agent who changes something.
#[derive(Debug, Clone)]
pub struct Initiator {
    /// Who.
    pub principal: Principal,
    /// The id of the HTTP request.
    pub trace: Option<Arc<str>>,
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The agent's key is not in force any more.
    DeadKey,
    /// The person's role does not include it, or no longer does.
    Missing(Permission),
}

impl Initiator {
    /// The organization in which they act.
    pub const fn org(&self) -> OrgId {
        self.principal.org()
    }

    /// Whether they may act for that agent: a person for any, an agent for itself alone.
    pub(crate) fn speaks_for(&self, agent: AgentId) -> bool {
        match &self.principal {
            Principal::User(_) => true,
            Principal::Agent(caller) => caller.agent == agent,
        }
    }

    /// A person needs the permission in this very transaction; an agent a key that is in force in it.
    pub(crate) async fn permit(
        &self,
        tx: &mut dyn Tx,
        permission: Permission,
    ) -> Result<Result<(), Denied>, StoreError> {
        match &self.principal {
            Principal::User(caller) => {
                let author = Author { caller: caller.clone(), trace: None };
                Ok(author.may(tx, permission).await?.then_some(()).ok_or(Denied::Missing(permission)))
            }
            Principal::Agent(caller) => Ok(caller.is_in_force(tx).await?.then_some(()).ok_or(Denied::DeadKey)),
        }
    }

    /// Appends the event to the organization's chain, under their name; returns its place.
    pub(crate) async fn record(&self, tx: &mut dyn Tx, entry: Entry) -> Result<i64, StoreError> {
        let (org, trace) = (self.org(), self.trace.clone());
        let actor = match &self.principal {
            Principal::User(caller) => caller.actor(),
            Principal::Agent(caller) => caller.actor(),
        };
        Recorder { org, actor, trace }.record(tx, entry).await
    }
}
