//! What only a real connection shows: early refusals, HEAD, and bodies that nobody reads.

use std::time::Duration;

use actix_web::{App, HttpServer};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use upivia_http::configure;

use crate::support::World;

const PATIENCE: Duration = Duration::from_secs(5);

/// What comes back for these bytes until the server ends the connection or says nothing more for a moment.
async fn exchange(world: &World, bytes: &str) -> String {
    let api = world.api();
    let server = HttpServer::new(move || App::new().configure(configure(api.clone()))).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A body that never comes must not be waited for.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    handle.stop(false).await;
    String::from_utf8(answer).unwrap()
}

fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no body in {answer:?}"));
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON in {answer:?}"))
}

fn post(token: &str, length: usize, body: &str) -> String {
    format!(
        "POST /api/v1/service-requests HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[actix_web::test]
async fn a_declared_length_alone_is_refused_at_once() {
    let world = World::new().await;
    let started = std::time::Instant::now();
    let answer = exchange(&world, &post(&world.acme.test, 268_435_456, "{")).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(body(&answer)["error"]["code"], "payload_too_large");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    assert!(started.elapsed() < PATIENCE, "the connection was left open");
}

#[actix_web::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let world = World::new().await;
    let answer = exchange(&world, "HEAD /api/v1/healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n"), "{answer:?}");
}

#[actix_web::test]
async fn a_body_that_nobody_reads_is_no_next_request() {
    let world = World::new().await;
    let smuggled = "GET /api/v1/healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let answer = exchange(&world, &post("agent_key_test_unknown", smuggled.len(), smuggled)).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}
