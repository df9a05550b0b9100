//! Bytes that are no HTTP, bodies that are no request, bodies that are too large.

use anyhow::{Context, Result, ensure};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use upivia_e2e::net::{self, Then};
use upivia_e2e::{Api, Store, on_both_stores};

use crate::target::{Target, refused};

on_both_stores!(raw_bytes, bodies);

async fn raw_bytes(store: Store) -> Result<()> {
    let target = Target::new(store).await?;
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(200_000));
    let header = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "b".repeat(300_000));
    let rubbish: [&[u8]; 10] = [
        b"\x00\x01\x02\xff\xfe\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/v1/service-requests HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/service-requests HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\n{",
        b"POST /api/v1/service-requests HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /api/v1/%ff%00%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        b"BREW /api/v1/agents HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        long.as_bytes(),
        header.as_bytes(),
    ];
    for bytes in rubbish {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let answer = net::raw(target.server.port, bytes, Then::Close).await?;
        empty_or_json(&answer).with_context(|| format!("to {shown:?}"))?;
    }
    target.unmoved().await
}

/// A client that parses JSON must never meet anything else in a body.
fn empty_or_json(answer: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(answer);
    ensure!(!text.starts_with("HTTP/1.1 2"), "rubbish was accepted: {text}");
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body.trim());
    ensure!(body.is_empty() || net::body_of(answer).is_some(), "neither empty nor JSON: {text}");
    Ok(())
}

async fn bodies(store: Store) -> Result<()> {
    let target = Target::new(store).await?;
    let deep = format!("{{\"operation\":\"email.send\",\"payload\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let wrong = [
        "",
        "{",
        "[]",
        "null",
        "5",
        "\"text\"",
        "{\"operation\":5}",
        "{}",
        "{\"operation\":\"email.send\",\"payload\":\"x\"}",
        "{\"operation\":\"email.send\",\"payload\":{\"to\":5}}",
        "{\"operation\":\"no.such\",\"payload\":{}}",
        "{\"operation\":\"text_generation.generate\",\"payload\":{\"messages\":\"x\"}}",
        &deep,
    ];
    for body in wrong {
        let reply = target.agent.send(post(&target.agent, body.as_bytes())).await?;
        refused(&reply, 400, "invalid_request").with_context(|| format!("body {:?}", &body[..body.len().min(80)]))?;
    }
    let reply = target.agent.send(post(&target.agent, b"{\"operation\":\"\xff\"}")).await?;
    refused(&reply, 400, "invalid_request").context("a body that is not UTF-8")?;
    too_large(&target).await?;
    target.unmoved().await
}

fn post(api: &Api, body: &[u8]) -> RequestBuilder {
    api.request(Method::POST, "/service-requests").header("content-type", "application/json").body(body.to_vec())
}

/// The declared length alone is refused; a body that is really sent is refused too, or the connection ends.
async fn too_large(target: &Target) -> Result<()> {
    let key = &target.org.agent_key_test;
    let head = format!(
        "POST /api/v1/service-requests HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 268435456\r\n\r\n{{"
    );
    let answer = net::raw(target.server.port, head.as_bytes(), Then::Listen).await?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    ensure!(text.starts_with("HTTP/1.1 413"), "256 MiB declared: {text:?}");
    let body = net::body_of(&answer).with_context(|| format!("413 without JSON: {text:?}"))?;
    ensure!(body["error"]["code"].is_string() && body["error"]["message"].is_string(), "{body}");

    let big = json!({"operation": "email.send", "payload": {"body": "x".repeat(40 << 20)}}).to_string();
    if let Ok(reply) = target.agent.send(post(&target.agent, big.as_bytes())).await {
        ensure!(reply.code == 413, "40 MiB: HTTP {} {}", reply.code, reply.body);
    }
    Ok(())
}
