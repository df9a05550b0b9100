//! The one shape of every error answer.

use std::borrow::Cow;

use actix_web::{
    HttpResponse,
    http::header::{ALLOW, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiError;
use crate::v1::service_requests::ReasonBody;

/// When to try again, in seconds, after an answer that says so.
const RETRY_SECONDS: &str = "1";

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// For programs.
    #[schema(example = "invalid_request")]
    code: &'static str,
    /// For people.
    message: String,
    /// The field that is wrong, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The earlier service request that has the idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// When the same call can succeed, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
    /// Every check that failed, where money does not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    reasons: Vec<ReasonBody>,
    /// The same call may be repeated.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    retryable: bool,
}

impl ApiError {
    /// The answer.
    pub(crate) fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind().0);
        if let Some((name, value)) = self.header() {
            response.insert_header((name, value.as_ref()));
        }
        // What is left of the body is not read: the connection is of no use any more.
        if matches!(self, Self::TooLarge | Self::Timeout | Self::HeadersTooLarge) {
            response.force_close();
        }
        response.json(self.body())
    }

    fn header(&self) -> Option<(HeaderName, Cow<'_, str>)> {
        match self {
            Self::Unauthorized => Some((WWW_AUTHENTICATE, "Bearer".into())),
            Self::MethodNotAllowed { allow } => Some((ALLOW, allow.into())),
            Self::RateLimited { retry_after_seconds } | Self::TooEarly { retry_after_seconds, .. } => {
                Some((RETRY_AFTER, retry_after_seconds.to_string().into()))
            }
            Self::Unavailable | Self::NotReady(_) | Self::StillSending => Some((RETRY_AFTER, RETRY_SECONDS.into())),
            _ => None,
        }
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> ErrorBody {
        let field = if let Self::Invalid { field, .. } = self { field.clone() } else { None };
        let request_id = match self {
            Self::PayloadMismatch { request } | Self::AlreadyResolved { request } => Some(request.to_string()),
            _ => None,
        };
        let retry_at = if let Self::TooEarly { until, .. } = self { Some(until.to_string()) } else { None };
        let reasons = match self {
            Self::DoesNotFit { reasons, .. } => reasons.iter().map(ReasonBody::of).collect(),
            _ => Vec::new(),
        };
        let (code, message, retryable) = (self.kind().1, self.to_string(), self.is_retryable());
        ErrorBody { error: ErrorDetail { code, message, field, request_id, retry_at, reasons, retryable } }
    }

    const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Unavailable
                | Self::NotReady(_)
                | Self::StillSending
                | Self::TooEarly { .. }
        )
    }
}
