//! What the module for OpenAI-compatible APIs puts on the wire, and what only a real connection can show.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use upivia_domain::{
    Mode,
    dispatch::{Basis, ProviderAnswer, ProviderCall},
    ports::Provider,
};
use upivia_providers::{OpenAi, OpenAiSettings};

use crate::{
    Stage, call, catalog,
    fake::Reply,
    openai_stage::{KEY, OpenAiStage, settings},
};

fn live() -> ProviderCall {
    call(Mode::Live, &json!({"fail": true}))
}

fn openai(settings: OpenAiSettings) -> OpenAi {
    OpenAi::new(settings, catalog()).unwrap()
}

async fn told(reply: Reply) -> ProviderAnswer {
    let stage = OpenAiStage::new();
    stage.fake.reply(reply, Duration::ZERO);
    stage.provider().execute(&live()).await
}

#[tokio::test]
async fn the_call_carries_the_requests_id_the_key_and_the_priced_payload() {
    let (stage, call) = (OpenAiStage::new(), live());
    stage.provider().execute(&call).await;
    let [seen] = stage.fake.seen().try_into().unwrap();
    assert_eq!(seen.path, "/v1/chat/completions");
    assert_eq!(seen.header("x-request-id"), Some(&*call.request.to_string()));
    assert_eq!(seen.header("idempotency-key"), Some(&*call.request.to_string()));
    assert_eq!(seen.header("authorization"), Some(&*format!("Bearer {KEY}")));
    let messages = json!([{"role": "user", "content": "Tell me in short."}]);
    assert_eq!(seen.body, json!({"model": "gpt-4o-mini", "messages": messages, "max_tokens": 50}));
}

#[tokio::test]
async fn usage_is_settled_by_the_price_table() {
    let ProviderAnswer::Executed { cost, basis, .. } = told(Reply::Completion).await else { panic!() };
    assert_eq!((cost.nanos(), basis), (12 * 150 + 4 * 600, Basis::ProviderUsage));
}

#[tokio::test]
async fn a_completion_without_usage_costs_the_hold() {
    let body = json!({"id": "1", "choices": [{"message": {"content": "x"}}]});
    let ProviderAnswer::Executed { cost, basis, .. } = told(Reply::Json(200, body)).await else { panic!() };
    assert_eq!((cost, basis), (live().hold, Basis::Estimate));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let stage = OpenAiStage::new();
    stage.fake.reply(Reply::Redirect, Duration::ZERO);
    let answer = stage.provider().execute(&live()).await;
    assert!(matches!(answer, ProviderAnswer::Rejected { unavailable: false, .. }), "{answer:?}");
    assert_eq!(stage.fake.seen().len(), 1);
}

#[tokio::test]
async fn nothing_that_was_sent_is_sent_again() {
    for (status, body) in [(429, json!({})), (500, json!({})), (502, json!({})), (200, Value::Null)] {
        let stage = OpenAiStage::new();
        stage.fake.reply(Reply::Json(status, body), Duration::ZERO);
        stage.provider().execute(&live()).await;
        assert_eq!(stage.fake.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_bound_is_not_read() {
    let stage = OpenAiStage::new();
    let answer = openai(OpenAiSettings { most_answer_bytes: 20, ..settings(&stage.fake.url) }).execute(&live()).await;
    assert!(matches!(answer, ProviderAnswer::Unknown { .. }), "{answer:?}");
}

#[tokio::test]
async fn an_unreachable_provider_was_certainly_not_called() {
    for url in ["http://127.0.0.1:1/v1", "http://name.invalid/v1"] {
        let answer = openai(settings(url)).execute(&live()).await;
        assert!(matches!(answer, ProviderAnswer::NotSent { .. }), "{url}: {answer:?}");
    }
}

/// A server that reads a little, answers with these bytes and hangs up; and how often it was called.
async fn rude(answer: &'static [u8]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, calls) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = socket.read(&mut [0; 4_096]).await;
            let _ = socket.write_all(answer).await;
        }
    });
    (address, calls)
}

#[tokio::test]
async fn a_connection_that_ends_without_a_status_is_unknown_and_not_tried_again() {
    let (address, calls) = rude(b"HTTP/1.1 ").await;
    let answer = openai(settings(&format!("http://{address}/v1"))).execute(&live()).await;
    assert!(matches!(answer, ProviderAnswer::Unknown { .. }), "{answer:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_never_came_about_is_tried_once_more() {
    let (address, calls) = rude(b"no TLS here").await;
    let answer = openai(settings(&format!("https://{address}/v1"))).execute(&live()).await;
    assert!(matches!(answer, ProviderAnswer::NotSent { .. }), "{answer:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_api_cannot_be_asked_about_a_request() {
    assert_eq!(OpenAiStage::new().provider().lookup(live().request).await, None);
}
