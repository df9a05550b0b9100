//! A request to publish an agent.

use upivia_domain::{
    AgentId, PublishRequestId, TeamId,
    agent::{Agent, AgentKind},
    identity::Permission,
    ports::{Tx, transact},
    publishing::{Manifest, PublishRequest, PublishRequestStatus, PublishScope, Subject},
};

use super::{PublishError, Publishing, asked};
use crate::{
    access::Author,
    agents::{checked, sees},
};

/// How many characters a note or a reason may have.
pub(super) const LONGEST_NOTE: usize = 2_000;

/// What is to be published, to whom.
#[derive(Debug, Clone)]
pub struct NewPublishRequest {
    /// The agent.
    pub agent: AgentId,
    /// To whom.
    pub scope: PublishScope,
    /// For whoever answers.
    pub note: Option<String>,
    /// Whether prompt and personality are given away too. To colleagues they are readable anyway.
    pub with_prompt: bool,
}

impl Publishing {
    /// Asks to publish an agent of one's own, or any with `agent.manageAny`, as it is now.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub async fn ask(&self, author: Author, new: NewPublishRequest) -> Result<PublishRequest, PublishError> {
        let note = checked("note", new.note, LONGEST_NOTE)?;
        let new = NewPublishRequest { note, ..new };
        let (id, org) = (PublishRequestId::new(self.parts.ids.uuid()), author.org());
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(ask(tx, author, id, new))).await
    }
}

async fn ask(
    tx: &mut dyn Tx,
    author: Author,
    id: PublishRequestId,
    new: NewPublishRequest,
) -> Result<PublishRequest, PublishError> {
    let agent = publishable(tx, &author, new.agent).await?;
    let (org, subject, scope) = (author.org(), Subject::Agent(agent.id), new.scope);
    let team = reached(&agent, scope)?;
    if tx.publishing().pending_requests(org, subject).await?.iter().any(|one| one.scope == scope) {
        return Err(PublishError::Pending);
    }
    let bindings = tx.bindings().list(org, agent.id).await?;
    let operations = bindings.into_iter().map(|binding| binding.operation).collect();
    let mut request = PublishRequest {
        id,
        org,
        seq: 0,
        subject,
        scope,
        team,
        manifest: Manifest::of_agent(&agent, operations, new.with_prompt),
        note: new.note,
        requested_by: author.caller.user,
        created_at: tx.now(),
        status: PublishRequestStatus::Pending,
        reason: None,
        resolved_at: None,
        resolved_by: None,
        publication: None,
    };
    request.seq = author.recorder().record(tx, asked("publish_request.created", &request)).await?;
    tx.publishing().insert_request(&request).await?;
    Ok(request)
}

/// The agent, where the author may ask to publish it.
async fn publishable(tx: &mut dyn Tx, author: &Author, id: AgentId) -> Result<Agent, PublishError> {
    let permission = Permission::PublishRequest;
    author.require(tx, permission, PublishError::Forbidden).await?;
    let found = tx.agents().find(author.org(), id).await?;
    let lives = |agent: &Agent| agent.status.is_living();
    let agent = found.filter(lives).ok_or(PublishError::NotFound("agent"))?;
    if agent.owner != author.caller.user && !author.may(tx, Permission::AgentManageAny).await? {
        let refusal = PublishError::Forbidden(Permission::AgentManageAny);
        return Err(if sees(tx, author, &agent).await? { refusal } else { PublishError::NotFound("agent") });
    }
    if agent.kind == AgentKind::Spawned {
        return Err(PublishError::invalid("agent_id", "is a spawned agent, which ends with its task"));
    }
    Ok(agent)
}

/// The team that a publication reaches, where it is one.
fn reached(agent: &Agent, scope: PublishScope) -> Result<Option<TeamId>, PublishError> {
    if scope != PublishScope::Team {
        return Ok(None);
    }
    let none = || PublishError::invalid("scope", "cannot be team: the agent belongs to none");
    agent.team.map(Some).ok_or_else(none)
}
