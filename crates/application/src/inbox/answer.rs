//! The one answer to a request. Where the request made a wish for money, the answer is the answer to the wish: by its rules,
//! in the same transaction.

use serde_json::json;
use upivia_domain::{
    AgentRequestId, CommandId,
    agent::Agent,
    audit::Object,
    identity::Permission,
    inbox::{AgentRequest, AgentRequestStatus},
    ports::{StoreError, Tx, transact},
    team::{BudgetRequest, BudgetRequestStatus},
};

use super::{Asked, Inbox, InboxError};
use crate::{
    access::{Author, Entry},
    agents::checked,
    budgets::{Answer, answer_wish},
};

/// How many characters a response may have.
const LONGEST_RESPONSE: usize = 10_000;

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxAnswer {
    /// It was done, or here is what to do.
    Resolve,
    /// No.
    Reject,
}

impl InboxAnswer {
    const fn status(self) -> AgentRequestStatus {
        match self {
            Self::Resolve => AgentRequestStatus::Resolved,
            Self::Reject => AgentRequestStatus::Rejected,
        }
    }

    const fn to_wish(self) -> Answer {
        match self {
            Self::Resolve => Answer::Approve,
            Self::Reject => Answer::Reject,
        }
    }
}

impl Inbox {
    /// Answers a request. The same answer again gives the present state; another one is [`InboxError::Resolved`].
    ///
    /// # Errors
    ///
    /// See [`InboxError`]. Where money is wanted and there is too little, the request stays open.
    pub async fn answer(
        &self,
        author: Author,
        id: AgentRequestId,
        answer: InboxAnswer,
        response: Option<String>,
    ) -> Result<Asked, InboxError> {
        let response = checked("response", response, LONGEST_RESPONSE)?;
        let (org, command) = (author.org(), CommandId::new(self.parts.ids.uuid()));
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { respond(tx, &author, id, answer, response, command).await })
        })
        .await
    }
}

async fn respond(
    tx: &mut dyn Tx,
    author: &Author,
    id: AgentRequestId,
    answer: InboxAnswer,
    response: Option<String>,
    command: CommandId,
) -> Result<Asked, InboxError> {
    let found = tx.agent_requests().find(author.org(), id).await?;
    let request = found.ok_or(InboxError::NotFound("agent request"))?;
    let Some(wish) = request.budget_request else {
        permitted(tx, author, &request).await?;
        let request = close(tx, author, request, answer, response).await?;
        return Ok(Asked { request, budget_request: None });
    };
    // Who may answer, and whether there is enough, is what the rules of the wish say.
    let budget_request = Some(answer_wish(tx, author, wish, answer.to_wish(), command).await?);
    let request = close(tx, author, request, answer, response).await?;
    Ok(Asked { request, budget_request })
}

/// Everybody answers for their own agents; with the permission for anybody's.
async fn permitted(tx: &mut dyn Tx, author: &Author, request: &AgentRequest) -> Result<(), InboxError> {
    if author.may(tx, Permission::AgentRequestAnswerAny).await? {
        return Ok(());
    }
    let user = author.caller.user;
    let agent: Option<Agent> = match request.agent {
        Some(agent) => tx.agents().find(author.org(), agent).await?,
        None => None,
    };
    let owns = agent.is_some_and(|agent| agent.owner == user);
    if owns && author.may(tx, Permission::AgentRequestAnswerOwn).await? {
        return Ok(());
    }
    let sees = owns || request.asked_by == Some(user) || author.may(tx, Permission::AgentRequestReadAny).await?;
    let refusal = InboxError::Forbidden(Permission::AgentRequestAnswerAny);
    Err(if sees { refusal } else { InboxError::NotFound("agent request") })
}

/// Writes the answer once.
async fn close(
    tx: &mut dyn Tx,
    author: &Author,
    request: AgentRequest,
    answer: InboxAnswer,
    response: Option<String>,
) -> Result<AgentRequest, InboxError> {
    if request.status != AgentRequestStatus::Pending {
        let is_same = request.status == answer.status() && (response.is_none() || response == request.response);
        return if is_same { Ok(request) } else { Err(InboxError::Resolved) };
    }
    Ok(write(tx, author, request, answer, response).await?)
}

async fn write(
    tx: &mut dyn Tx,
    author: &Author,
    request: AgentRequest,
    answer: InboxAnswer,
    response: Option<String>,
) -> Result<AgentRequest, StoreError> {
    let status = answer.status();
    let (resolved_at, resolved_by) = (Some(tx.now()), Some(author.caller.user));
    let closed = AgentRequest { status, response, resolved_at, resolved_by, ..request };
    tx.agent_requests().update(&closed).await?;
    let kind = match answer {
        InboxAnswer::Resolve => "agent_request.resolved",
        InboxAnswer::Reject => "agent_request.rejected",
    };
    let detail = json!({
        "type": closed.kind.as_str(),
        "budget_request": closed.budget_request,
        "old": AgentRequestStatus::Pending.as_str(),
        "new": status.as_str(),
    });
    let object = Object { kind: "agent_request", id: closed.id.to_string() };
    author.record(tx, Entry { kind, object, agent: closed.agent, operation: None, detail }).await?;
    Ok(closed)
}

/// A wish was answered by itself: the request that made it, where there is one, is answered with it.
pub(crate) async fn follow(tx: &mut dyn Tx, author: &Author, wish: &BudgetRequest) -> Result<(), StoreError> {
    let answer = match wish.status {
        BudgetRequestStatus::Pending => return Ok(()),
        BudgetRequestStatus::Approved => InboxAnswer::Resolve,
        BudgetRequestStatus::Rejected => InboxAnswer::Reject,
    };
    let waiting = tx.agent_requests().find_by_budget_request(author.org(), wish.id).await?;
    if let Some(request) = waiting.filter(|request| request.status == AgentRequestStatus::Pending) {
        write(tx, author, request, answer, None).await?;
    }
    Ok(())
}
