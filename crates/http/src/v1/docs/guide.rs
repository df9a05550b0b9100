//! The guide for language models: short sentences, real names, examples that work.

use serde_json::{Value, json};
use upivia_domain::{Timestamp, budget::ReasonCode, catalog::Catalog};

use super::goods;

use crate::{
    registration::PREFIXES,
    route::{Credential, Method, Route},
    table::routes,
    v1::service_requests::{explanation, status_of},
};

/// A token of a language model is about so many bytes of English and JSON.
const BYTES_PER_TOKEN: usize = 4;

/// The document as bytes, with its own size in it.
pub(super) fn written(catalog: &Catalog, now: Timestamp) -> serde_json::Result<Vec<u8>> {
    let mut guide = guide(catalog, now)?;
    // The number has a length too: it grows until it is true.
    loop {
        let bytes = serde_json::to_vec(&guide)?;
        let size = Value::from(bytes.len().div_ceil(BYTES_PER_TOKEN));
        if guide["approx_tokens"] == size {
            return Ok(bytes);
        }
        guide["approx_tokens"] = size;
    }
}

/// The document. It is an object, for the published clients parse it as one.
fn guide(catalog: &Catalog, now: Timestamp) -> serde_json::Result<Value> {
    Ok(json!({
        "name": "Upivia",
        "what": "A control plane for what AI agents spend. Send every paid action to one endpoint; it is checked against \
                 policy and budgets, executed by a provider, charged, and audited. A limit is a limit.",
        "approx_tokens": 0,
        "approx_tokens_rule": "the bytes of this document divided by 4, rounded up",
        "base_path": PREFIXES[0],
        "authentication": authentication(),
        "dispatch": dispatch(),
        "statuses": statuses(),
        "reason_codes": reason_codes(),
        "retry": retry(),
        "errors": errors(),
        "money": "Fields that end in _cents are integers of US cents; the field that ends in _usd beside it is the exact decimal.",
        "operations": goods::operations(catalog, now),
        "models": goods::models(catalog, now)?,
        "sandbox": goods::sandbox(catalog),
        "endpoints_rule": "those that an agent's key opens, or that need none; what people do by token or session is in openapi",
        "endpoints": routes().filter(|(_, route)| is_for_agents(route)).map(|(_, route)| endpoint(route)).collect::<Vec<_>>(),
        "openapi": format!("{}/openapi.json", PREFIXES[0]),
    }))
}

fn authentication() -> Value {
    json!({
        "header": "Authorization: Bearer <credential>",
        "credentials": [
            {"prefix": "agent_key_live_", "for": "an agent; real providers and real money"},
            {"prefix": "agent_key_test_", "for": "an agent; the sandbox and play money"},
            {"prefix": "upivia_pat_live_", "for": "a person: managing agents, balances, usage, audit; see openapi"},
        ],
    })
}

fn dispatch() -> Value {
    json!({
        "method": "POST",
        "path": format!("{}/service-requests", PREFIXES[0]),
        "headers": {
            "Authorization": "Bearer agent_key_test_…",
            "Content-Type": "application/json",
            "Idempotency-Key": "a new name for every action; the same name again for a retry of the same action",
        },
        "body": {"operation": "text_generation.generate", "payload": {
            "model": "openai/gpt-4o-mini",
            "messages": [{"role": "user", "content": "Summarize"}],
        }},
        "rules": [
            "Always send an Idempotency-Key. A retry with the same key is answered with the first request and never charged again.",
            "blocked and failed are final for a key: after the cause is gone, send a new key.",
            "The operation is service.operation, or service and operation apart.",
            "If status is running, GET the request by its request_id until it is executed, failed or blocked.",
            "What you buy for a task that was delegated to you counts in its cap: name it in metadata.delegated_task_id, which is needed where several of your tasks are open.",
        ],
    })
}

fn statuses() -> Value {
    json!({
        "executed": "done; see result and cost_cents",
        "blocked": "stopped by policy, budget or balance; see reason_code, message and reasons",
        "approval_required": "waits for a person; see approval_id and expires_at; poll the request",
        "failed": "not done; see reason_code, message and result.detail",
        "running": "under way (HTTP 202); poll the request",
    })
}

fn retry() -> Value {
    json!([
        "No answer, 429 or 503: repeat the same call with the same Idempotency-Key after Retry-After seconds.",
        "running or approval_required: do not repeat; GET the request by its request_id.",
        "blocked: reasons says with figures what would help. Where retryable is true, ask again with a new key after resets_at, or when what is held has ended; else a person must change a limit, a binding or the balance.",
        "failed: nothing was done; ask again with a new key. Only a message or a post whose outcome was unknown may have gone out: such a request is running until somebody knows.",
        "400, 401, 403, 404, 409: the same call will be refused again.",
    ])
}

fn reason_codes() -> Vec<Value> {
    let row =
        |code: &ReasonCode| json!({"code": code.as_str(), "status": status_of(*code), "meaning": explanation(*code)});
    ReasonCode::ALL.iter().map(row).collect()
}

fn errors() -> Value {
    json!({
        "shape": {"error": {"code": "invalid_request", "message": "name: is required", "field": "name"}},
        "codes": {
            "invalid_request": "400: something that was sent cannot be; field says what",
            "unauthorized": "401: the credential is missing, expired or revoked",
            "forbidden": "403: the credential is valid, but this is not for it",
            "not_found": "404: not there, or of another organization",
            "idempotency_key_payload_mismatch": "409: the key was used for something else",
            "payload_too_large": "413: the body is larger than 1 MiB",
            "rate_limited": "429: too many requests; nothing was done; repeat after Retry-After seconds",
            "ledger_unavailable": "503: the ledger could not answer; repeat with the same key after Retry-After seconds",
        },
    })
}

/// Whether an agent can use it. Reading about people's work would cost a model attention for nothing.
fn is_for_agents(route: &Route) -> bool {
    let is_json = route.doc.answers.iter().all(|answer| answer.schema.media() == "application/json");
    match route.access.credentials() {
        [] => route.method == Method::Get && is_json,
        accepted => accepted.contains(&Credential::AgentKey),
    }
}

fn endpoint(route: &Route) -> Value {
    let example: Option<Value> = route.doc.body.as_ref().and_then(|body| serde_json::from_str(body.example).ok());
    let mut endpoint = json!({
        "method": route.method.as_str(),
        "path": format!("{}{}", PREFIXES[0], route.path),
        "summary": route.doc.summary,
        "credentials": route.access.credentials().iter().map(|credential| named(*credential)).collect::<Vec<_>>(),
    });
    if let (Some(example), Some(members)) = (example, endpoint.as_object_mut()) {
        members.insert("example_body".to_owned(), example);
    }
    endpoint
}

const fn named(credential: Credential) -> &'static str {
    match credential {
        Credential::AgentKey => "agent key",
        Credential::PersonalToken => "personal token",
        Credential::Session => "session",
        Credential::Signature => "signature",
    }
}
