//! Whoever causes an event, person or agent, where a use-case serves both.

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    audit::NewEvent,
    identity::Actor,
    ports::{StoreError, Tx},
};

use super::{AgentCaller, Author, Entry};

/// The organization, the actor, and the id of the HTTP request.
#[derive(Debug, Clone)]
pub(crate) struct By {
    pub(crate) org: OrgId,
    pub(crate) actor: Actor,
    pub(crate) trace: Option<Arc<str>>,
}

impl By {
    /// A person.
    pub(crate) fn author(author: &Author) -> Self {
        Self { org: author.org(), actor: author.caller.actor(), trace: author.trace.clone() }
    }

    /// An agent.
    pub(crate) fn agent(caller: &AgentCaller, trace: Option<Arc<str>>) -> Self {
        let actor = Actor::Agent { agent: caller.agent, credential: caller.credential };
        Self { org: caller.org, actor, trace }
    }

    /// Appends the event to the organization's chain; its place there.
    pub(crate) async fn record(&self, tx: &mut dyn Tx, entry: Entry) -> Result<i64, StoreError> {
        let Entry { kind, object, agent, operation, detail } = entry;
        let (actor, trace) = (self.actor, self.trace.clone());
        tx.append(self.org, NewEvent { kind, actor, agent, operation, object, detail, trace }).await
    }
}
