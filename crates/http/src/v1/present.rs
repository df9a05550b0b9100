//! How results become answers.

use std::sync::{Mutex, PoisonError};

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderValue},
    },
    web::Bytes,
};
use serde::Serialize;
use upivia_domain::Timestamp;

use crate::ApiError;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// 200 with a body.
pub(crate) fn ok(body: &impl Serialize) -> Result<HttpResponse, ApiError> {
    with_status(StatusCode::OK, body)
}

/// A body under a status that is no error.
pub(crate) fn with_status(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, ApiError> {
    let bytes = serde_json::to_vec(body).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        ApiError::Internal
    })?;
    Ok(HttpResponse::build(status).insert_header((CONTENT_TYPE, JSON)).body(bytes))
}

/// 200 with a body that was written before.
pub(crate) fn written(body: Bytes) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, JSON)).body(body)
}

/// A public document: written once, answered from memory.
pub(crate) fn once(
    slot: &std::sync::OnceLock<Bytes>,
    make: impl FnOnce() -> serde_json::Result<Vec<u8>>,
) -> Result<HttpResponse, ApiError> {
    if let Some(bytes) = slot.get() {
        return Ok(written(bytes.clone()));
    }
    let bytes = make().map_err(|error| {
        tracing::error!(%error, "a document cannot be written as JSON");
        ApiError::Internal
    })?;
    Ok(written(slot.get_or_init(|| bytes.into()).clone()))
}

/// A public document with prices in it: written once, and once more when a price has changed.
#[derive(Debug, Default)]
pub(crate) struct Remade(Mutex<Option<(Option<Timestamp>, Bytes)>>);

impl Remade {
    /// The document as of the last change of a price.
    pub(crate) fn answer(
        &self,
        changed: Option<Timestamp>,
        make: impl FnOnce() -> serde_json::Result<Vec<u8>>,
    ) -> Result<HttpResponse, ApiError> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match &*slot {
            Some((since, bytes)) if *since == changed => bytes.clone(),
            _ => Bytes::from(make().map_err(|error| {
                tracing::error!(%error, "a document cannot be written as JSON");
                ApiError::Internal
            })?),
        };
        *slot = Some((changed, bytes.clone()));
        Ok(written(bytes))
    }
}
