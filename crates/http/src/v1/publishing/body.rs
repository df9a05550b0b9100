//! What callers send.

use serde::Deserialize;
use upivia_application::publishing::{NewPublishRequest, PublishAnswer};
use upivia_domain::{AgentId, PublishRequestId};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// What is to be published, to whom.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RequestPublication {
    /// `team`, `org` or `marketplace`.
    #[schema(value_type = String)]
    scope: Member,
    /// For whoever answers; at most 2,000 characters.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    note: Member,
    /// Whether system prompt and personality are part of what is published; absent: no.
    #[serde(alias = "includePrompt")]
    #[schema(value_type = Option<bool>)]
    include_prompt: Member,
}

/// An answer: `action`, or `status`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(super) struct AnswerPublishRequest {
    /// Which request, where the path does not say it.
    #[serde(alias = "requestId")]
    #[schema(value_type = Option<String>)]
    request_id: Member,
    /// The same.
    #[schema(value_type = Option<String>)]
    id: Member,
    /// `approve`, `reject` or `withdraw`.
    #[schema(value_type = Option<String>)]
    action: Member,
    /// `approved`, `rejected` or `withdrawn`.
    #[schema(value_type = Option<String>)]
    status: Member,
    /// For the one who asked; at most 2,000 characters.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    reason: Member,
}

/// An empty object; nothing in it is read.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Nothing {}

impl RequestPublication {
    pub(crate) fn into_new(self, agent: AgentId) -> Result<NewPublishRequest, ApiError> {
        Ok(NewPublishRequest {
            agent,
            scope: fields::required("scope", fields::parsed("scope", self.scope)?)?,
            note: fields::text("note", self.note)?,
            with_prompt: fields::flag("include_prompt", self.include_prompt)?.unwrap_or(false),
        })
    }
}

impl AnswerPublishRequest {
    /// The request that the body names: once, or twice the same.
    pub(super) fn named(&self) -> Result<Option<PublishRequestId>, ApiError> {
        let (one, other) = (fields::text("request_id", self.request_id.clone())?, fields::text("id", self.id.clone())?);
        if one.is_some() && other.is_some() && one != other {
            return Err(ApiError::invalid("request_id", "names another request than id"));
        }
        let named = one.or(other);
        named.map(|id| id.parse().map_err(|_| ApiError::NotFound("publish request"))).transpose()
    }

    pub(super) fn into_answer(self) -> Result<(PublishAnswer, Option<String>), ApiError> {
        let (status, action) = (fields::text("status", self.status)?, fields::text("action", self.action)?);
        let answer = match (status.as_deref(), action.as_deref()) {
            (Some("approved"), None | Some("approve")) | (None, Some("approve")) => PublishAnswer::Approve,
            (Some("rejected"), None | Some("reject")) | (None, Some("reject")) => PublishAnswer::Reject,
            (Some("withdrawn"), None | Some("withdraw")) | (None, Some("withdraw")) => PublishAnswer::Withdraw,
            _ => return Err(ApiError::invalid("action", "must be approve, reject or withdraw")),
        };
        Ok((answer, fields::text("reason", self.reason)?))
    }
}
