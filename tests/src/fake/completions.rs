//! The one endpoint of the fake: note the call, wait as told, answer as told.

use std::sync::PoisonError;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use futures::stream;
use serde_json::{Value, json};

use super::{Answer, Call, State};

pub(super) async fn complete(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let call = Call {
        request_id: header(&request, "x-request-id"),
        idempotency_key: header(&request, "idempotency-key"),
        authorization: header(&request, "authorization"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    state.calls.push(call.clone());
    let (answer, delay) = *state.answer.lock().unwrap_or_else(PoisonError::into_inner);
    tokio::time::sleep(delay).await;
    state.gate.pass().await;
    respond(answer, &call).await
}

async fn respond(answer: Answer, call: &Call) -> HttpResponse {
    match answer {
        Answer::Text => HttpResponse::Ok().json(completion(call, (12, 4))),
        Answer::Maximum => HttpResponse::Ok().json(completion(call, call.bound())),
        Answer::Status(code) => error(code),
        Answer::Malformed => {
            HttpResponse::Ok().content_type("application/json").body(r#"{"id":"chatcmpl-1","choices":[{"#)
        }
        Answer::Hang => std::future::pending().await,
        Answer::Cut => cut(),
    }
}

fn completion(call: &Call, (input, output): (u64, u64)) -> Value {
    json!({
        "id": format!("chatcmpl-{}", call.request_id),
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": call.body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Short."}}],
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
    })
}

fn error(code: u16) -> HttpResponse {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.insert_header(("retry-after", "1"));
    }
    response.json(json!({"error": {"message": "told to fail", "type": "server_error", "code": null}}))
}

fn cut() -> HttpResponse {
    let half = web::Bytes::from_static(br#"{"id":"chatcmpl-1","object":"#);
    let broken = Err(std::io::Error::other("told to break the connection"));
    HttpResponse::Ok().content_type("application/json").no_chunking(10_000).streaming(stream::iter([Ok(half), broken]))
}

fn header(request: &HttpRequest, name: &str) -> String {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
