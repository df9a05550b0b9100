//! What a provider sends.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use upivia_application::reconciliation::Word;
use upivia_domain::{NanoUsd, budget::ReasonCode, dispatch::Reference};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

const LONGEST_ID: usize = 255;
const LONGEST_DETAIL: usize = 2_000;

/// The outcome of one request.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReconcileRequest {
    /// The sender's id of this message.
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    event_id: Member,
    /// The reference that the provider was given, `org_….srq_…`, or the request's id alone.
    #[schema(value_type = String)]
    request_id: Member,
    /// `running`, `executed` or `failed`.
    #[schema(value_type = String, example = "executed")]
    status: Member,
    /// The provider's own id; required with `running`.
    #[schema(value_type = Option<String>)]
    external_id: Member,
    /// What it cost, in whole cents. Without a cost, an execution costs its estimate and a failure nothing.
    #[schema(value_type = Option<i64>)]
    cost_cents: Member,
    /// What it cost, exactly, in place of `cost_cents`.
    #[schema(value_type = Option<String>, example = "0.0325")]
    cost_usd: Member,
    /// With `executed`: for the agent.
    #[schema(value_type = Option<Object>)]
    result: Member,
    /// With `failed`: what happened, for the agent.
    #[schema(value_type = Option<String>)]
    detail: Member,
    /// With `failed`: `adapter_error` (default) or `provider_unavailable`.
    #[schema(value_type = Option<String>)]
    reason: Member,
}

impl ReconcileRequest {
    /// The id of the message, the request, and what is said about it.
    pub(super) fn into_parts(self) -> Result<(String, Reference, Word), ApiError> {
        let event_id = fields::required("event_id", short("event_id", self.event_id, LONGEST_ID)?)?;
        let reference = fields::required("request_id", fields::parsed("request_id", self.request_id)?)?;
        let status = fields::required("status", fields::text("status", self.status)?)?;
        let external_id = short("external_id", self.external_id, LONGEST_ID)?;
        let cost = cost(self.cost_cents, self.cost_usd)?;
        let word = match status.as_str() {
            "running" => Word::Running { external_id: fields::required("external_id", external_id)? },
            "executed" => {
                let result = Value::Object(fields::object("result", self.result)?.unwrap_or_else(Map::new));
                Word::Executed { cost, result: Arc::new(result), external_id }
            }
            "failed" => {
                let detail = short("detail", self.detail, LONGEST_DETAIL)?;
                let detail = detail.unwrap_or_else(|| "the provider reported a failure".to_owned());
                Word::Failed { code: code(self.reason)?, detail, cost }
            }
            _ => return Err(ApiError::invalid("status", "must be running, executed or failed")),
        };
        Ok((event_id, reference, word))
    }
}

fn short(name: &str, member: Member, most: usize) -> Result<Option<String>, ApiError> {
    match fields::text(name, member)? {
        Some(text) if text.is_empty() => Err(ApiError::invalid(name, "must not be empty")),
        Some(text) if text.len() > most => Err(ApiError::invalid(name, format!("is longer than {most} bytes"))),
        text => Ok(text),
    }
}

fn cost(cents: Member, usd: Member) -> Result<Option<NanoUsd>, ApiError> {
    let (cents, usd) = (fields::cents("cost_cents", cents)?, fields::text("cost_usd", usd)?);
    match (cents, usd) {
        (Some(_), Some(_)) => Err(ApiError::invalid("cost_usd", "is there beside cost_cents; send one of them")),
        (cents, None) => Ok(cents),
        (None, Some(usd)) => NanoUsd::from_usd(&usd).map(Some).map_err(|error| ApiError::invalid("cost_usd", error)),
    }
}

fn code(reason: Member) -> Result<ReasonCode, ApiError> {
    let reason: Option<ReasonCode> = fields::parsed("reason", reason)?;
    match reason.unwrap_or(ReasonCode::AdapterError) {
        code @ (ReasonCode::AdapterError | ReasonCode::ProviderUnavailable) => Ok(code),
        _ => Err(ApiError::invalid("reason", "must be adapter_error or provider_unavailable")),
    }
}
