//! Reading a body: bounded in size and time, JSON by its headers, an object by its content.

use std::time::Duration;

use actix_web::{
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap},
    web::{Bytes, BytesMut, Payload},
};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ApiError;

/// The largest body that is read, in bytes.
pub const LARGEST_BODY: usize = 1 << 20;

/// The whole body, if all of it comes in that time. A declared length that is too large is refused before anything is read.
pub(crate) async fn read(headers: &HeaderMap, payload: Payload, within: Duration) -> Result<Bytes, ApiError> {
    let body = read_any(headers, payload, within).await?;
    if !body.is_empty() {
        is_json(headers)?;
    }
    Ok(body)
}

/// The same, whatever it is by its headers.
pub(crate) async fn read_any(headers: &HeaderMap, payload: Payload, within: Duration) -> Result<Bytes, ApiError> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > LARGEST_BODY)) {
        return Err(ApiError::TooLarge);
    }
    tokio::time::timeout(within, collect(payload)).await.map_err(|_| ApiError::Timeout)?
}

async fn collect(mut payload: Payload) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| malformed("the body could not be read"))?;
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(ApiError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A body without a type is taken for JSON; one that says that it is something else is not.
fn is_json(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.get(CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(ApiError::UnsupportedMedia("a compressed body is not accepted"));
    }
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let media = text.split(';').next().unwrap_or_default().trim();
    if media == "application/json" || (media.starts_with("application/") && media.ends_with("+json")) {
        return Ok(());
    }
    Err(ApiError::UnsupportedMedia("the body must be application/json"))
}

/// The body as a value of its own type; an empty body is an empty object. Members that nobody knows are ignored.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let value = if body.is_empty() { Value::Object(serde_json::Map::new()) } else { json(body)? };
    // Structs may also be read from arrays: nobody means that here.
    if !value.is_object() {
        return Err(malformed("the body must be a JSON object"));
    }
    serde_json::from_value(value).map_err(|error| malformed(&error.to_string()))
}

fn json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| malformed(&format!("the body is not valid JSON: {error}")))
}

fn malformed(message: &str) -> ApiError {
    ApiError::Invalid { field: None, message: message.to_owned() }
}
