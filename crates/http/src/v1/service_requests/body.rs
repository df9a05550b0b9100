//! What an agent sends.

use serde::Deserialize;
use serde_json::{Map, Value};
use upivia_application::dispatch::NewRequest;
use upivia_domain::dispatch::IdempotencyKey;
use utoipa::ToSchema;

use crate::{
    ApiError, Input,
    fields::{self, Member},
    v1::idempotency,
};

/// One paid action.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateServiceRequest {
    /// The service; not needed where `operation` is dotted.
    #[schema(value_type = Option<String>, example = "email")]
    service: Member,
    /// The operation, alone (`send`) or dotted (`email.send`).
    #[schema(value_type = String, example = "send")]
    operation: Member,
    /// What the operation's `input_schema` describes.
    #[schema(value_type = Option<Object>)]
    payload: Member,
    /// Labels of the caller in `tags`. `delegated_task_id` names the delegated task that the request is for.
    #[schema(value_type = Option<Object>)]
    metadata: Member,
    /// The caller's name for this attempt; the same as the header.
    #[serde(alias = "idempotencyKey")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    idempotency_key: Member,
}

impl CreateServiceRequest {
    pub(super) fn into_request(self, input: &Input) -> Result<NewRequest, ApiError> {
        let in_body: Option<IdempotencyKey> = fields::parsed("idempotency_key", self.idempotency_key)?;
        let in_header = idempotency::key(input)?;
        Ok(NewRequest {
            service: fields::text("service", self.service)?,
            operation: fields::required("operation", fields::text("operation", self.operation)?)?,
            payload: Value::Object(fields::object("payload", self.payload)?.unwrap_or_else(Map::new)),
            metadata: fields::object("metadata", self.metadata)?.map(Value::Object),
            idempotency_key: one(in_header, in_body)?,
            trace: Some(input.trace.shared()),
        })
    }
}

/// Two names for one attempt are a mistake that would cost money: nobody can tell which of them the retry will bring.
fn one(header: Option<IdempotencyKey>, body: Option<IdempotencyKey>) -> Result<Option<IdempotencyKey>, ApiError> {
    match (header, body) {
        (Some(header), Some(body)) if header != body => {
            Err(ApiError::invalid("idempotency_key", "differs from the header Idempotency-Key"))
        }
        (header, body) => Ok(header.or(body)),
    }
}
