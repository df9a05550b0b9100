//! From a request as it stands to its shape on the wire.

use serde_json::Value;
use upivia_domain::dispatch::{RequestState, ServiceRequest};

use super::{
    figures::{CostFigures, ReasonBody},
    message,
    shapes::{About, AskedRequest, ExecutedRequest, RefusedRequest, RunningRequest, ServiceRequestBody},
};

impl<'a> ServiceRequestBody<'a> {
    pub(in crate::v1) fn of(request: &'a ServiceRequest, replayed: bool) -> Self {
        match request.state {
            RequestState::Executed => Self::Executed(executed(request)),
            RequestState::Blocked => Self::Blocked(refused(request, replayed)),
            RequestState::Failed => Self::Failed(refused(request, replayed)),
            RequestState::ApprovalRequired => Self::ApprovalRequired(asked(request)),
            RequestState::Admitted | RequestState::Dispatching | RequestState::Running | RequestState::Unknown => {
                Self::Running(running(request))
            }
        }
    }

    pub(super) const fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

fn about(request: &ServiceRequest) -> About<'_> {
    About {
        request_id: request.id.to_string(),
        service: request.operation.service(),
        operation: request.operation.operation(),
        mode: request.mode.as_str(),
    }
}

fn executed(request: &ServiceRequest) -> ExecutedRequest<'_> {
    let result = request.result.as_deref().unwrap_or(&Value::Null);
    ExecutedRequest {
        about: about(request),
        result,
        cost: request.charge().as_ref().map(CostFigures::of),
        estimated_cost_cents: request.estimate.cents_rounded_up(),
        estimated_cost_usd: request.estimate.to_string(),
        applied_max_tokens: request.applied_max_tokens,
        report: result.as_object().filter(|_| request.operation.as_str() == "platform.check_budget"),
    }
}

fn refused(request: &ServiceRequest, replayed: bool) -> RefusedRequest<'_> {
    RefusedRequest {
        about: about(request),
        reason_code: message::reason_code(request),
        message: message::of_refusal(request, replayed),
        reasons: reasons(request),
        result: request.result.as_deref(),
        cost: request.charge().as_ref().map(CostFigures::of),
    }
}

fn asked(request: &ServiceRequest) -> AskedRequest<'_> {
    let (approval_id, expires_at) =
        request.approval.map(|(id, at)| (id.to_string(), at.to_string())).unwrap_or_default();
    AskedRequest {
        about: about(request),
        approval_id,
        estimated_cost_cents: request.estimate.cents_rounded_up(),
        estimated_cost_usd: request.estimate.to_string(),
        expires_at,
        reason_code: message::reason_code(request),
        message: message::of_question(request),
        reasons: reasons(request),
    }
}

fn running(request: &ServiceRequest) -> RunningRequest<'_> {
    let held = request.held_amount();
    RunningRequest {
        about: about(request),
        initial_cost_cents: held.cents_rounded_up(),
        initial_cost_usd: held.to_string(),
        provider: request.provider.as_ref().map(|provider| provider.as_str()),
        external_id: request.external_id.as_deref(),
    }
}

fn reasons(request: &ServiceRequest) -> Vec<ReasonBody> {
    request.reasons.iter().map(ReasonBody::of).collect()
}
