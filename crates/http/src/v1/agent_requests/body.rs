//! What callers send.

use serde::Deserialize;
use upivia_application::inbox::{InboxAnswer, NewAgentRequest, WishedSum};
use upivia_domain::{AgentId, AgentRequestId};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// A request.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AskPeople {
    /// `clarification`, `budget_increase`, `plan_change`, `secret_needed`, `approval` or `blocked`.
    #[serde(alias = "requestType", alias = "type")]
    #[schema(value_type = String)]
    request_type: Member,
    /// In full; at most 10,000 characters.
    #[schema(value_type = String, max_length = 10_000)]
    body: Member,
    /// The agent that it is about; an agent key stands for its own.
    #[serde(alias = "agentId")]
    #[schema(value_type = Option<String>)]
    agent_id: Member,
    /// In a line, at most 200 characters; absent: how the body begins.
    #[schema(value_type = Option<String>, max_length = 200)]
    title: Member,
    /// Where to look: an http or https address, or a path of this server.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    link: Member,
    /// Of a `budget_increase`: whole cents of the team's pool, more than 0.
    #[serde(alias = "amountCents")]
    #[schema(value_type = Option<i64>, minimum = 1)]
    amount_cents: Member,
    /// Beside `amount_cents`: `live` or `test`; absent: the mode of the key, or live for a person.
    #[schema(value_type = Option<String>)]
    mode: Member,
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AnswerAgentRequest {
    /// Which request, where the path does not say it.
    #[serde(alias = "requestId")]
    #[schema(value_type = Option<String>)]
    request_id: Member,
    /// The same.
    #[schema(value_type = Option<String>)]
    id: Member,
    /// `resolve` or `reject`.
    #[schema(value_type = String)]
    action: Member,
    /// For the agent; at most 10,000 characters.
    #[schema(value_type = Option<String>, max_length = 10_000)]
    response: Member,
}

impl AskPeople {
    pub(super) fn into_new(self) -> Result<NewAgentRequest, ApiError> {
        let agent = fields::text("agent_id", self.agent_id)?;
        let mode = fields::parsed("mode", self.mode)?;
        let wish = match self.amount_cents {
            None | Some(serde_json::Value::Null) => None,
            amount => Some(WishedSum { amount: fields::positive_cents("amount_cents", amount)?, mode }),
        };
        if wish.is_none() && mode.is_some() {
            return Err(ApiError::invalid("mode", "belongs to amount_cents"));
        }
        Ok(NewAgentRequest {
            // A text that cannot be an id names nothing.
            agent: agent.map(|id| id.parse::<AgentId>().map_err(|_| ApiError::NotFound("agent"))).transpose()?,
            kind: fields::required("request_type", fields::parsed("request_type", self.request_type)?)?,
            title: fields::text("title", self.title)?,
            body: fields::required("body", fields::text("body", self.body)?)?,
            link: fields::parsed("link", self.link)?,
            wish,
        })
    }
}

impl AnswerAgentRequest {
    /// The request that the body names: once, or twice the same.
    pub(super) fn named(&self) -> Result<Option<AgentRequestId>, ApiError> {
        let (one, other) = (fields::text("request_id", self.request_id.clone())?, fields::text("id", self.id.clone())?);
        if one.is_some() && other.is_some() && one != other {
            return Err(ApiError::invalid("request_id", "names another request than id"));
        }
        let named = one.or(other);
        named.map(|id| id.parse().map_err(|_| ApiError::NotFound("agent request"))).transpose()
    }

    pub(super) fn into_answer(self) -> Result<(InboxAnswer, Option<String>), ApiError> {
        let answer = match fields::text("action", self.action)?.as_deref() {
            Some("resolve") => InboxAnswer::Resolve,
            Some("reject") => InboxAnswer::Reject,
            _ => return Err(ApiError::invalid("action", "must be resolve or reject")),
        };
        Ok((answer, fields::text("response", self.response)?))
    }
}
