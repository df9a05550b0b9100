//! The encrypted columns of a request: what was asked, and what came back.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{dispatch::Content, ports::StoreError};

use crate::{
    crypto::{DataKey, Place},
    error::unreadable,
};

const CONTENT: &str = "requests.sealed";
const RESULT: &str = "requests.result";
const SALT: usize = 16;

/// Salt, length of the canonical bytes, the canonical bytes, metadata: sealed.
pub(super) fn seal_content(key: &DataKey, id: &str, content: &Content) -> Result<Vec<u8>, StoreError> {
    let length =
        u32::try_from(content.canonical.len()).map_err(|_| unreadable("requests", "sealed", "it is too large"))?;
    let metadata = content.metadata.as_deref().unwrap_or_default();
    let plain = [&content.salt, length.to_be_bytes().as_slice(), &content.canonical, metadata].concat();
    Ok(key.seal(Place { column: CONTENT, row: id }, &plain)?)
}

/// The content that was sealed for that request.
pub(super) fn open_content(key: &DataKey, id: &str, sealed: &[u8]) -> Result<Content, StoreError> {
    let plain = key.open(Place { column: CONTENT, row: id }, sealed)?;
    split(&plain).ok_or_else(|| unreadable("requests", "sealed", "it is cut"))
}

fn split(plain: &[u8]) -> Option<Content> {
    let (salt, rest) = plain.split_first_chunk::<SALT>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (canonical, metadata) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let metadata = (!metadata.is_empty()).then(|| Arc::from(metadata));
    Some(Content { salt: *salt, canonical: canonical.into(), metadata })
}

/// The result as JSON, sealed.
pub(super) fn seal_result(key: &DataKey, id: &str, result: &Value) -> Result<Vec<u8>, StoreError> {
    let plain = serde_json::to_vec(result).map_err(|why| unreadable("requests", "result", why))?;
    Ok(key.seal(Place { column: RESULT, row: id }, &plain)?)
}

/// The result that was sealed for that request.
pub(super) fn open_result(key: &DataKey, id: &str, sealed: &[u8]) -> Result<Arc<Value>, StoreError> {
    let plain = key.open(Place { column: RESULT, row: id }, sealed)?;
    serde_json::from_slice(&plain).map(Arc::new).map_err(|why| unreadable("requests", "result", why))
}
