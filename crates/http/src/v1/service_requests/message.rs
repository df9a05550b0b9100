//! The sentence that helps: which limit, how much of it is gone, when it starts anew, and what to do now.

use std::fmt::Write;

use serde_json::Value;
use upivia_domain::{
    NanoUsd,
    budget::{LimitUnit, Reason, ReasonCode},
    dispatch::ServiceRequest,
};

use super::reason::{DELEGATION, explained, explanation};

/// Why a request was not executed, for programs.
pub(super) fn reason_code(request: &ServiceRequest) -> &'static str {
    reason_of(request).as_str()
}

/// The same as a value.
pub(crate) fn reason_of(request: &ServiceRequest) -> ReasonCode {
    let first = request.reasons.first().map(|reason| reason.code);
    request.reason().or(first).unwrap_or(ReasonCode::AdapterError)
}

/// Why a request was blocked or failed. A repeat also learns that its key will never do anything else.
pub(super) fn of_refusal(request: &ServiceRequest, replayed: bool) -> String {
    let mut text = sentences(request);
    if let Some(detail) = request.result.as_deref().and_then(|result| result.get("detail")).and_then(Value::as_str) {
        let _ = write!(text, " Detail: {}.", detail.trim_end_matches('.'));
    }
    if let Some(charge) = request.charge().filter(|charge| !charge.cost.is_zero()) {
        let _ = write!(text, " ${} was charged all the same.", charge.cost);
    }
    if replayed {
        text.push_str(" This answer is final for its idempotency key: to try again, send a new key.");
    }
    text
}

/// What a person is asked.
pub(super) fn of_question(request: &ServiceRequest) -> String {
    let mut text = format!("This request may cost up to ${}", request.estimate);
    if let Some(threshold) = request.reasons.first().and_then(|reason| reason.limit) {
        let _ = write!(
            text,
            ", more than the ${} that the agent may spend at once without a person",
            NanoUsd::from_nanos(threshold)
        );
    }
    if let Some((approval, expires_at)) = request.approval {
        let _ = write!(text, "; it waits for {approval} to be approved until {expires_at}");
    }
    text.push_str(". No money is held meanwhile.");
    text
}

fn sentences(request: &ServiceRequest) -> String {
    let failed: Vec<_> = request.reasons.iter().map(|reason| sentence(request, reason)).collect();
    // What a provider did has no failed check behind it.
    if failed.is_empty() { explanation(reason_of(request)).to_owned() } else { failed.join(" ") }
}

fn sentence(request: &ServiceRequest, reason: &Reason) -> String {
    let mut text = stopped(reason).unwrap_or_else(|| explained(reason)).to_owned();
    if reason.code == ReasonCode::PolicyViolation && reason.scope != DELEGATION {
        let _ = write!(text, " Enable {} with POST /api/v1/agents/{}/services.", request.operation, request.agent);
    }
    if let Some(limit) = reason.limit {
        let _ = match reason.unit {
            LimitUnit::Money if is_debt(reason) => write!(text, " It owes ${}.", NanoUsd::from_nanos(reason.used)),
            LimitUnit::Money => money(&mut text, reason, limit),
            LimitUnit::Requests => {
                write!(text, " {} allows {limit}, and {} are taken.", owner(reason.scope), reason.used)
            }
        };
    }
    if let Some(at) = reason.resets_at {
        let _ = write!(text, " Usage starts anew at {at}.");
    }
    text
}

/// A stop that reaches less than the organization.
fn stopped(reason: &Reason) -> Option<&'static str> {
    match (reason.code, reason.scope) {
        (ReasonCode::OrganizationSuspended, "team") => {
            Some("A person stopped all spending of the team; nothing is admitted until it is resumed.")
        }
        (ReasonCode::OrganizationSuspended, "agent_tree") => Some(
            "A person stopped all spending of the agent, or of one that it descends from; nothing is admitted until it is resumed.",
        ),
        _ => None,
    }
}

fn is_debt(reason: &Reason) -> bool {
    reason.code == ReasonCode::InsufficientBalance && reason.limit == Some(0) && reason.used > 0
}

fn money(text: &mut String, reason: &Reason, limit: i64) -> std::fmt::Result {
    let [limit, used, held, requested] = [limit, reason.used, reason.held, reason.requested].map(NanoUsd::from_nanos);
    write!(
        text,
        " {} has ${limit} in all, of which ${used} is used and ${held} is held by open requests;",
        owner(reason.scope)
    )?;
    write!(text, " this request may cost up to ${requested}.")
}

/// Whose limit it is, at the beginning of a sentence.
fn owner(scope: &str) -> &str {
    match scope {
        "binding" => "The binding",
        "ancestor" => "The binding of an agent that this one descends from",
        "agent" => "The agent",
        "worker" => "The agent's owner",
        "team" => "The team",
        "organization" => "The organization",
        "delegation" => "The delegated task",
        "run" => "The workflow run",
        "room" => "The room",
        other => other,
    }
}
