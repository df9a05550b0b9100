//! The header by which something that costs or moves money happens once.

use actix_web::{
    HttpResponse,
    http::header::{HeaderName, HeaderValue},
};
use upivia_domain::dispatch::IdempotencyKey;

use crate::{
    ApiError, Input,
    openapi::{Kind, Parameter, Place},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// As documented.
pub(super) const PARAMETER: Parameter = Parameter {
    name: "Idempotency-Key",
    place: Place::Header,
    meaning: "Your name for this attempt, 1 to 255 bytes, unique in the organization: under it the money moves once. A repeat \
              is answered with the present state and `Idempotent-Replayed: true`.",
    kind: Kind::Text,
    required: false,
};

/// The key, where one was sent.
pub(super) fn key(input: &Input) -> Result<Option<IdempotencyKey>, ApiError> {
    let text = input.header(&KEY)?;
    text.map(|text| text.parse().map_err(|error| ApiError::invalid("Idempotency-Key", error))).transpose()
}

/// Says that the answer belongs to a repeat.
pub(super) fn marked(mut answer: HttpResponse, replayed: bool) -> HttpResponse {
    if replayed {
        answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    answer
}
