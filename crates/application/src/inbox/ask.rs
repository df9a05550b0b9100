//! A new request: by an agent for itself, or by a person.

use std::sync::Arc;

use serde_json::json;
use upivia_domain::{
    AgentId, AgentRequestId, BudgetRequestId, Mode, NanoUsd, OrgId, UserId,
    agent::Agent,
    audit::Object,
    identity::Permission,
    inbox::{AgentRequest, AgentRequestKind, AgentRequestStatus, Link},
    ports::{Asker, Tx, transact},
    team::BudgetRequest,
};

use super::{Asked, Inbox, InboxError};
use crate::{
    access::{AgentCaller, Author, Entry, Recorder},
    agents::checked,
    budgets::{NewWish, write_wish},
};

/// How many requests of one agent, or of one person about no agent, may wait at a time.
pub const MOST_PENDING: u64 = 20;
/// How many characters a request may have.
const LONGEST_BODY: usize = 10_000;
/// How many its title.
const LONGEST_TITLE: usize = 200;
/// How many of its body stand for a title that was not given.
const TITLE_OF_BODY: usize = 80;
/// How many of its body also stand in the wish for money.
const LONGEST_REASON: usize = 500;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct NewAgentRequest {
    /// The agent that it is about; an agent asks for itself alone.
    pub agent: Option<AgentId>,
    /// Of which kind.
    pub kind: AgentRequestKind,
    /// In a line; absent: how the body begins.
    pub title: Option<String>,
    /// In full.
    pub body: String,
    /// Where to look.
    pub link: Option<Link>,
    /// Of a `budget_increase`: how much of the team's pool is wanted.
    pub wish: Option<WishedSum>,
}

/// How much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WishedSum {
    /// More than zero.
    pub amount: NanoUsd,
    /// Live or test money; absent: that of the agent's key, or live money for a person.
    pub mode: Option<Mode>,
}

/// What is to be written, with ids minted before the transaction begins.
struct Plan {
    by: Recorder,
    asked_by: Option<UserId>,
    ids: (AgentRequestId, BudgetRequestId),
    new: NewAgentRequest,
    title: String,
    mode: Mode,
}

impl Inbox {
    /// A person asks, for themselves or for an agent of theirs.
    ///
    /// # Errors
    ///
    /// See [`InboxError`].
    pub async fn ask(&self, author: Author, new: NewAgentRequest) -> Result<Asked, InboxError> {
        let plan = self.plan(author.recorder(), Some(author.caller.user), new, Mode::Live)?;
        transact(&*self.parts.unit, &[author.org()], move |tx| Box::pin(by_person(tx, author, plan))).await
    }

    /// An agent asks for itself. A paused agent may: somebody has to be told why it cannot go on.
    ///
    /// # Errors
    ///
    /// See [`InboxError`].
    pub async fn ask_as_agent(
        &self,
        caller: AgentCaller,
        trace: Option<Arc<str>>,
        new: NewAgentRequest,
    ) -> Result<Asked, InboxError> {
        if new.agent.is_some_and(|agent| agent != caller.agent) {
            return Err(InboxError::NotFound("agent"));
        }
        // A test key leads to no live money, not even by way of a person.
        if new.wish.and_then(|wish| wish.mode).is_some_and(|mode| mode != caller.mode) {
            return Err(InboxError::invalid("mode", "must be that of the key"));
        }
        let new = NewAgentRequest { agent: Some(caller.agent), ..new };
        let plan = self.plan(Recorder::agent(&caller, trace), None, new, caller.mode)?;
        transact(&*self.parts.unit, &[caller.org], move |tx| Box::pin(by_agent(tx, caller, plan))).await
    }

    fn plan(
        &self,
        by: Recorder,
        asked_by: Option<UserId>,
        new: NewAgentRequest,
        default_mode: Mode,
    ) -> Result<Plan, InboxError> {
        let body =
            checked("body", Some(new.body), LONGEST_BODY)?.ok_or_else(|| InboxError::invalid("body", "is required"))?;
        let title = checked("title", new.title.clone(), LONGEST_TITLE)?.unwrap_or_else(|| beginning(&body));
        if new.wish.is_some() && new.kind != AgentRequestKind::BudgetIncrease {
            return Err(InboxError::invalid("amount_cents", "belongs to a budget_increase alone"));
        }
        let ids = (AgentRequestId::new(self.parts.ids.uuid()), BudgetRequestId::new(self.parts.ids.uuid()));
        let mode = new.wish.and_then(|wish| wish.mode).unwrap_or(default_mode);
        Ok(Plan { by, asked_by, ids, new: NewAgentRequest { body, ..new }, title, mode })
    }
}

/// The first line, cut where it is long.
fn beginning(body: &str) -> String {
    body.trim().lines().next().unwrap_or_default().chars().take(TITLE_OF_BODY).collect()
}

async fn by_person(tx: &mut dyn Tx, author: Author, plan: Plan) -> Result<Asked, InboxError> {
    let permission = Permission::AgentRequestCreateOwn;
    author.require(tx, permission, InboxError::Forbidden).await?;
    let agent = match plan.new.agent {
        Some(id) => Some(living(tx, author.org(), id).await?),
        None => None,
    };
    let is_own = agent.as_ref().is_none_or(|agent| agent.owner == author.caller.user);
    if !is_own && !author.may(tx, Permission::AgentManageAny).await? {
        let sees = author.may(tx, Permission::AgentReadAny).await?;
        let refusal = InboxError::Forbidden(Permission::AgentManageAny);
        return Err(if sees { refusal } else { InboxError::NotFound("agent") });
    }
    plan.write(tx, agent).await
}

async fn by_agent(tx: &mut dyn Tx, caller: AgentCaller, plan: Plan) -> Result<Asked, InboxError> {
    if !caller.is_in_force(tx).await? {
        return Err(InboxError::Unauthorized);
    }
    let agent = living(tx, caller.org, caller.agent).await?;
    plan.write(tx, Some(agent)).await
}

async fn living(tx: &mut dyn Tx, org: OrgId, id: AgentId) -> Result<Agent, InboxError> {
    let found = tx.agents().find(org, id).await?;
    let lives = |agent: &Agent| agent.status.is_living();
    found.filter(lives).ok_or(InboxError::NotFound("agent"))
}

impl Plan {
    async fn write(self, tx: &mut dyn Tx, agent: Option<Agent>) -> Result<Asked, InboxError> {
        self.has_room(tx).await?;
        let budget_request = self.wish(tx, agent.as_ref()).await?;
        let wish = budget_request.as_ref().map(|wish| wish.id);
        let (id, kind, about) = (self.ids.0, self.new.kind, self.new.agent);
        let detail = json!({ "type": kind.as_str(), "asked_by": self.asked_by, "budget_request": wish });
        let object = Object { kind: "agent_request", id: id.to_string() };
        let entry = Entry { kind: "agent_request.created", object, agent: about, operation: None, detail };
        let request = AgentRequest {
            id,
            org: self.by.org,
            seq: self.by.record(tx, entry).await?,
            agent: about,
            asked_by: self.asked_by,
            kind,
            title: self.title,
            body: self.new.body,
            link: self.new.link,
            budget_request: wish,
            created_at: tx.now(),
            status: AgentRequestStatus::Pending,
            response: None,
            resolved_at: None,
            resolved_by: None,
        };
        tx.agent_requests().insert(&request).await?;
        Ok(Asked { request, budget_request })
    }

    async fn has_room(&self, tx: &mut dyn Tx) -> Result<(), InboxError> {
        let asker = match (self.new.agent, self.asked_by) {
            (Some(agent), _) => Asker::Agent(agent),
            (None, Some(user)) => Asker::Person(user),
            (None, None) => return Err(InboxError::NotFound("agent")),
        };
        let waiting = tx.agent_requests().count_pending(self.by.org, asker).await?;
        if waiting < MOST_PENDING { Ok(()) } else { Err(InboxError::TooMany) }
    }

    /// The wish for money, in the name of the one who would get it: the owner of the agent.
    async fn wish(&self, tx: &mut dyn Tx, agent: Option<&Agent>) -> Result<Option<BudgetRequest>, InboxError> {
        let Some(sum) = self.new.wish else { return Ok(None) };
        let agent = agent.ok_or_else(|| InboxError::invalid("agent_id", "is required beside amount_cents"))?;
        let nobody =
            || InboxError::invalid("amount_cents", "the agent's owner is no member of its team, who could get it");
        let team = agent.team.ok_or_else(nobody)?;
        if tx.teams().find_member(self.by.org, team, agent.owner).await?.is_none() {
            return Err(nobody());
        }
        let reason = self.new.body.chars().take(LONGEST_REASON).collect();
        let wish = NewWish { team, mode: self.mode, amount: sum.amount, reason: Some(reason) };
        Ok(Some(write_wish(tx, &self.by, self.ids.1, agent.owner, wish).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_how_the_body_begins() {
        assert_eq!(beginning("  Which city?\nParis or Rome."), "Which city?");
        assert_eq!(beginning(&"ä".repeat(200)).chars().count(), TITLE_OF_BODY);
    }
}
