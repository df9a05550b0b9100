//! Errors on the wire: a status, a code, and a text that a caller may read.

mod answer;
mod from;

use std::sync::Arc;

use actix_web::http::StatusCode;
use upivia_domain::{
    RequestId, Timestamp,
    budget::{Reason, ReasonCode},
};

pub(crate) use answer::ErrorBody;

use crate::v1::service_requests::explanation;

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// No credential that opens anything.
    #[error("the credential is missing, expired or revoked")]
    Unauthorized,
    /// A credential that opens other things.
    #[error("{0}")]
    Forbidden(String),
    /// Not there, or somebody else's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The path is there, the method is not.
    #[error("this path has no such method; it has {allow}")]
    MethodNotAllowed {
        /// The methods that it has, as the header lists them.
        allow: String,
    },
    /// Something that was sent cannot be.
    #[error("{}{message}", .field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default())]
    Invalid {
        /// Where, where that is known.
        field: Option<String>,
        /// What.
        message: String,
    },
    /// The idempotency key was used for something else.
    #[error("the idempotency key was already used with another payload, for {request}")]
    PayloadMismatch {
        /// The earlier request.
        request: RequestId,
    },
    /// The idempotency key was used for another movement of money.
    #[error("the idempotency key was already used for something else")]
    KeyReused,
    /// An account has less than what is to be moved; nothing was moved.
    #[error("the {0} has less than that available; nothing was moved")]
    InsufficientBalance(&'static str),
    /// The promo code brings nothing; the code says why.
    #[error("{message}")]
    Promo {
        /// For programs.
        code: &'static str,
        /// For people.
        message: String,
    },
    /// The organization is closing or closed.
    #[error("the organization is closing or closed")]
    OrganizationClosed,
    /// Only what a closed organization has left is paid out.
    #[error("the organization is not closed")]
    OrganizationNotClosed,
    /// Money for a child that does not fit into its parent's limits; nothing was moved.
    #[error("{} Nothing was moved.", explanation(*.code))]
    DoesNotFit {
        /// The first failed check.
        code: ReasonCode,
        /// All of them.
        reasons: Arc<[Reason]>,
    },
    /// The budget request was answered before, otherwise.
    #[error("the budget request was answered before")]
    BudgetRequestResolved,
    /// The delegated task does not stand where that could follow.
    #[error("{0}; it only moves forward")]
    TaskState(String),
    /// The proposed skill was answered before, otherwise.
    #[error("the skill proposal was answered before")]
    SkillProposalResolved,
    /// The request to people was answered before, otherwise.
    #[error("the agent request was answered before")]
    AgentRequestResolved,
    /// The request to publish was answered before, otherwise.
    #[error("the publish request was answered before")]
    PublishRequestResolved,
    /// One request to publish a thing to the same people is enough.
    #[error("a request to publish it there waits for an answer already")]
    PublishRequestPending,
    /// One more would be too many.
    #[error("{0}")]
    TooMany(String),
    /// A webhook endpoint that is turned off is sent nothing.
    #[error("the webhook endpoint is not enabled; enable it first")]
    EndpointNotEnabled,
    /// The organization would be left without an owner.
    #[error("the organization would be left without an owner: make somebody else an owner first")]
    LastOwner,
    /// A person would be left without a way to sign in.
    #[error("this is your last way to sign in: choose a password first")]
    LastWayToSignIn,
    /// A role that somebody has cannot be deleted.
    #[error("{0}")]
    RoleInUse(String),
    /// The question was answered before, otherwise.
    #[error("the approval was resolved before")]
    ApprovalResolved,
    /// The outcome was decided before, by a person or by the provider's own word.
    #[error("{request} has ended before")]
    AlreadyResolved {
        /// Which request.
        request: RequestId,
    },
    /// The process that sends the request will say what became of it.
    #[error("the request is still being sent; look again in a moment")]
    StillSending,
    /// A process that was taken for dead might still send it.
    #[error("the hold cannot be released before {until}: until then the request may still be sent")]
    TooEarly {
        /// From then on.
        until: Timestamp,
        /// Whole seconds until then.
        retry_after_seconds: u64,
    },
    /// The id of a message was used for other bytes.
    #[error("the event id was used for another message")]
    EventReused,
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    Timeout,
    /// The body is larger than [`crate::LARGEST_BODY`].
    #[error("the body is larger than {} bytes", crate::LARGEST_BODY)]
    TooLarge,
    /// The body is no JSON by its own headers.
    #[error("{0}")]
    UnsupportedMedia(&'static str),
    /// More or larger headers than anybody needs.
    #[error("the headers are too many or too large")]
    HeadersTooLarge,
    /// More than this caller may ask for; nothing was done.
    #[error("too many requests; nothing was done; try again in {retry_after_seconds} s")]
    RateLimited {
        /// Whole seconds.
        retry_after_seconds: u64,
    },
    /// No answer, and perhaps a decision whose answer was lost: the same call may be repeated under the same key.
    #[error("the ledger is unavailable; try again, a paid action with the same idempotency key")]
    Unavailable,
    /// The process must not be sent requests.
    #[error("not ready: {0}")]
    NotReady(String),
    /// A defect. The log knows more, under the id of the request.
    #[error("an internal error occurred; it was logged under the id in x-request-id")]
    Internal,
}

impl ApiError {
    /// A field that cannot be.
    pub fn invalid(field: impl Into<String>, message: impl ToString) -> Self {
        Self::Invalid { field: Some(field.into()), message: message.to_string() }
    }

    /// Status and code, as documented.
    pub const fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed { .. } => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::Invalid { .. } => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::PayloadMismatch { .. } => (StatusCode::CONFLICT, "idempotency_key_payload_mismatch"),
            Self::KeyReused => (StatusCode::CONFLICT, "idempotency_key_payload_mismatch"),
            Self::InsufficientBalance(_) => (StatusCode::CONFLICT, "insufficient_balance"),
            Self::Promo { code, .. } => (StatusCode::CONFLICT, code),
            Self::OrganizationClosed => (StatusCode::CONFLICT, "organization_closed"),
            Self::OrganizationNotClosed => (StatusCode::CONFLICT, "organization_not_closed"),
            Self::DoesNotFit { code, .. } => (StatusCode::CONFLICT, code.as_str()),
            Self::BudgetRequestResolved => (StatusCode::CONFLICT, "budget_request_resolved"),
            Self::TaskState(_) => (StatusCode::CONFLICT, "task_state_conflict"),
            Self::SkillProposalResolved => (StatusCode::CONFLICT, "skill_proposal_resolved"),
            Self::AgentRequestResolved => (StatusCode::CONFLICT, "agent_request_resolved"),
            Self::PublishRequestResolved => (StatusCode::CONFLICT, "publish_request_resolved"),
            Self::PublishRequestPending => (StatusCode::CONFLICT, "publish_request_pending"),
            Self::TooMany(_) => (StatusCode::CONFLICT, "limit_reached"),
            Self::EndpointNotEnabled => (StatusCode::CONFLICT, "endpoint_not_enabled"),
            Self::LastOwner => (StatusCode::CONFLICT, "last_owner"),
            Self::LastWayToSignIn => (StatusCode::CONFLICT, "last_sign_in"),
            Self::RoleInUse(_) => (StatusCode::CONFLICT, "role_in_use"),
            Self::ApprovalResolved => (StatusCode::CONFLICT, "approval_resolved"),
            Self::AlreadyResolved { .. } => (StatusCode::CONFLICT, "already_resolved"),
            Self::StillSending => (StatusCode::CONFLICT, "still_dispatching"),
            Self::TooEarly { .. } => (StatusCode::CONFLICT, "too_early"),
            Self::EventReused => (StatusCode::CONFLICT, "event_id_payload_mismatch"),
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
            Self::UnsupportedMedia(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::HeadersTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large"),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "ledger_unavailable"),
            Self::NotReady(_) => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        }
    }
}

/// What a person without a permission reads.
pub(crate) fn missing(permission: &str) -> String {
    format!("your role does not include the permission {permission}")
}
