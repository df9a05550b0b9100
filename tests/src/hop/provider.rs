//! A provider that costs next to nothing: it counts, waits as long as it is told, and always says the same.

use std::net::SocketAddr;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc,
};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::http::Messages;
use super::process::Thread;

const START: Duration = Duration::from_secs(10);

const COMPLETION: &str = r#"{"id":"chatcmpl-9vYx2f6k0bench","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"A limit is a limit: what does not fit into the budget is not sent, also when sixty-four ask at the same moment, and every cent that was spent is explained by a line of the journal."}}],"usage":{"prompt_tokens":31,"completion_tokens":40,"total_tokens":71}}"#;

/// It serves until the process ends.
#[derive(Debug)]
pub struct Provider {
    /// The base URL that the server is given.
    pub url: String,
    state: Arc<State>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct State {
    calls: AtomicU64,
    delay_ms: AtomicU64,
}

impl Provider {
    /// Starts one on a thread of its own.
    pub fn start() -> Result<Self> {
        let (state, (started, starting)) = (Arc::new(State::default()), mpsc::channel());
        let shared = Arc::clone(&state);
        let serve = async move |address: mpsc::Sender<(SocketAddr, Thread)>| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            address.send((listener.local_addr()?, Thread::current()?))?;
            loop {
                let (socket, _) = listener.accept().await?;
                tokio::spawn(answer(socket, Arc::clone(&shared)));
            }
        };
        std::thread::Builder::new().name("provider".to_owned()).spawn(move || -> Result<()> {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(started))
        })?;
        let (address, thread) = starting.recv_timeout(START).context("the provider did not start")?;
        Ok(Self { url: format!("http://{address}/v1"), state, thread })
    }

    /// From now on every answer takes so long.
    pub fn wait(&self, delay: Duration) -> Result<()> {
        self.state.delay_ms.store(u64::try_from(delay.as_millis())?, Ordering::Relaxed);
        Ok(())
    }

    /// How often it was called.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state.calls.load(Ordering::Relaxed)
    }

    /// The time that its thread has spent on a CPU.
    pub fn cpu(&self) -> Result<Duration> {
        self.thread.cpu()
    }
}

async fn answer(mut socket: TcpStream, state: Arc<State>) -> Result<()> {
    socket.set_nodelay(true)?;
    let length = COMPLETION.len();
    let reply =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{COMPLETION}");
    let mut messages = Messages::new();
    while let Some(message) = messages.next(&mut socket).await? {
        ensure!(message.head.starts_with(b"POST /v1/chat/completions "), "an unexpected call");
        state.calls.fetch_add(1, Ordering::Relaxed);
        let delay = state.delay_ms.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        socket.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}
