//! How many headers a request may have, and how large. The HTTP library has bounds of its own, far above these.

use actix_web::http::header::HeaderMap;

use crate::ApiError;

/// The most headers of a request.
const MOST: usize = 64;
/// The most bytes of their names and values together.
const LARGEST: usize = 32 * 1024;

/// Refuses what no client of this API has a reason to send.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MOST || bytes > LARGEST { Err(ApiError::HeadersTooLarge) } else { Ok(()) }
}
