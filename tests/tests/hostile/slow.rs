//! Clients that take their time: hung up on within a bound, so that they cannot hold connections for nothing.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use upivia_e2e::{Store, net, on_both_stores};

use crate::target::Target;

on_both_stores!(drips);

/// Each of the bounds under test.
const BOUND: &str = "1s";
/// Nobody is hung up on sooner; the HTTP library looks at the time twice a second only.
const SOONEST: Duration = Duration::from_millis(400);
/// When such a client must be gone at the latest: the bound, the time to hang up, and a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two bytes.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket that says something at once and drips the rest, byte after byte, until it is hung up on.
async fn drip(port: u16, at_once: &str) -> Result<Vec<u8>> {
    let (began, mut answer) = (Instant::now(), Vec::new());
    let socket = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut read, mut write) = socket.into_split();
    write.write_all(at_once.as_bytes()).await?;
    let dripping = tokio::spawn(async move {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(PAUSE).await;
        }
    });
    let hung_up = tokio::time::timeout(PATIENCE, read.read_to_end(&mut answer)).await;
    dripping.abort();
    let shown = String::from_utf8_lossy(&answer).into_owned();
    ensure!(hung_up.is_ok(), "still connected after {PATIENCE:?}, and told {shown:?}");
    ensure!(began.elapsed() >= SOONEST, "hung up on too soon, and told {shown:?}");
    Ok(answer)
}

async fn drips(store: Store) -> Result<()> {
    let bounds = [("UPIVIA_HEADERS_WITHIN", BOUND), ("UPIVIA_BODY_WITHIN", BOUND), ("UPIVIA_KEEP_ALIVE", BOUND)];
    let target = Target::with(store, &bounds).await?;
    let (port, key) = (target.server.port, &target.org.agent_key_test);

    let head = drip(port, "GET /api/v1/healthz HTTP/1.1\r\nHost: h\r\nX: ").await.context("headers")?;
    ensure!(head.is_empty() || head.starts_with(b"HTTP/1.1 408"), "{:?}", String::from_utf8_lossy(&head));

    let post = format!(
        "POST /api/v1/service-requests HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    );
    let body = drip(port, &post).await.context("body")?;
    ensure!(body.starts_with(b"HTTP/1.1 408"), "{:?}", String::from_utf8_lossy(&body));
    let told = net::body_of(&body).context("408 without JSON")?;
    ensure!(told["error"]["code"] == "request_timeout", "{told}");

    idle(port).await?;
    target.unmoved().await
}

/// A connection that was served and then says nothing.
async fn idle(port: u16) -> Result<()> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.write_all(b"GET /api/v1/healthz HTTP/1.1\r\nHost: h\r\n\r\n").await?;
    let mut answer = Vec::new();
    let hung_up = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{:?}", String::from_utf8_lossy(&answer));
    ensure!(hung_up.is_ok(), "an idle connection is open after {PATIENCE:?}");
    Ok(())
}
