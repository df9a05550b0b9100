//! Loopback sockets: a free port, and bytes sent raw.

use std::io::ErrorKind;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LIMIT: Duration = Duration::from_secs(10);

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("bind a loopback port")?;
    Ok(listener.local_addr()?.port())
}

/// What a raw sender does when it has said its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Ends its side of the connection.
    Close,
    /// Keeps it open, as if more were to come.
    Listen,
}

/// Sends bytes and reads until the other side closes, for at most ten seconds.
///
/// A reset is an answer like any other here: what had arrived before it is returned.
pub async fn raw(port: u16, bytes: &[u8], then: Then) -> Result<Vec<u8>> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.context("connect")?;
    if let Err(error) = socket.write_all(bytes).await {
        tolerate(&error).context("send raw bytes")?;
    }
    if then == Then::Close {
        let _ = socket.shutdown().await;
    }
    let mut answer = Vec::new();
    let mut buffer = [0_u8; 4096];
    let reading = async {
        while let Ok(n @ 1..) = socket.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..n]);
        }
    };
    let _ = tokio::time::timeout(LIMIT, reading).await;
    Ok(answer)
}

fn tolerate(error: &std::io::Error) -> Result<()> {
    let closed = matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
    anyhow::ensure!(closed, "{error}");
    Ok(())
}

/// The JSON body of a raw HTTP answer, when it has one.
#[must_use]
pub fn body_of(answer: &[u8]) -> Option<serde_json::Value> {
    let text = String::from_utf8_lossy(answer);
    let (_, body) = text.split_once("\r\n\r\n")?;
    serde_json::from_str(body.trim()).ok()
}
