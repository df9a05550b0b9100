//! What a provider learns: that it was heard, and how the request stands.

use serde::Serialize;
use upivia_application::reconciliation::Heard;
use utoipa::ToSchema;

/// The answer to a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReconcileReply {
    /// Always true: it need not be sent again.
    received: bool,
    /// It had been heard before; nothing was done now.
    duplicate: bool,
    /// As it stands.
    request: ReconciledRequest,
}

/// A request, for its provider: no payload, and nothing about who asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReconciledRequest {
    request_id: String,
    /// `running`, `executed` or `failed`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// What was charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_cents: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<String>,
    /// How the cost is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement_basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<&'static str>,
}

impl ReconcileReply {
    pub(super) fn of(heard: &Heard) -> Self {
        let (request, charge) = (&heard.request, heard.request.charge());
        Self {
            received: true,
            duplicate: heard.duplicate,
            request: ReconciledRequest {
                request_id: request.id.to_string(),
                status: request.state.wire(),
                external_id: request.external_id.clone(),
                cost_cents: charge.map(|charge| charge.cost.cents_half_up()),
                cost_usd: charge.map(|charge| charge.cost.to_string()),
                settlement_basis: charge.map(|charge| charge.basis.as_str()),
                reason_code: request.reason().map(upivia_domain::budget::ReasonCode::as_str),
            },
        }
    }
}
