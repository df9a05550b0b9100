//! Closed-loop callers: each has a connection and sends the next request when it has the answer to the last.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::http::Messages;
use super::process::Thread;
use crate::dir;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The words that are sent: enough for a short prompt, so that neither side is measured on an empty one.
const WORDS: &str = "You are asked to explain in two sentences why a budget that is looked at before a call and written after \
                     it does not hold when many callers come at once. Be precise and friendly, and do not use a list.";

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Load {
    /// The server's port on loopback.
    pub port: u16,
    /// Agent keys, used in turn.
    pub keys: Vec<String>,
    /// Callers at the same time.
    pub connections: usize,
    /// Answers in this time are not counted.
    pub warm_up: Duration,
    /// Answers in this time are.
    pub counted: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Run {
    /// All answers, each `executed`, from the first request to the last.
    pub answers: u64,
    /// How long each of the counted ones took, in microseconds, sorted.
    pub micros: Vec<u32>,
    /// The time that the load spent on a CPU, warm-up included.
    pub cpu: Duration,
    /// The time that all of it took.
    pub elapsed: Duration,
}

/// The body of every request of the bench.
#[must_use]
pub fn body() -> Value {
    json!({
        "operation": "text_generation.generate",
        "payload": {
            "model": "openai/gpt-4o-mini",
            "messages": [{"role": "user", "content": WORDS}],
            "max_tokens": 64,
        },
    })
}

impl Load {
    /// Runs it on a thread of its own and waits for the last answer.
    pub fn run(self) -> Result<Run> {
        let thread = std::thread::Builder::new()
            .name("load".to_owned())
            .spawn(move || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.send()))?;
        thread.join().map_err(|_| anyhow::anyhow!("the load panicked"))?
    }

    async fn send(self) -> Result<Run> {
        let (thread, began) = (Thread::current()?, Instant::now());
        let (from, limit) = (began + self.warm_up, self.warm_up + self.counted + PATIENCE);
        let callers = try_join_all((0..self.connections).map(|n| Caller::connect(&self, n))).await?;
        let work = callers.into_iter().map(|caller| caller.work(from, from + self.counted));
        let done = tokio::time::timeout(limit, try_join_all(work)).await.context("the load did not end")??;
        let mut micros: Vec<u32> = done.iter().flat_map(|(_, micros)| micros.iter().copied()).collect();
        micros.sort_unstable();
        let answers = done.iter().map(|(answers, _)| answers).sum();
        Ok(Run { answers, micros, cpu: thread.cpu()?, elapsed: began.elapsed() })
    }
}

struct Caller {
    socket: TcpStream,
    messages: Messages,
    heads: Rc<[String]>,
    tail: String,
    turn: usize,
    step: usize,
}

impl Caller {
    async fn connect(load: &Load, number: usize) -> Result<Self> {
        let socket = TcpStream::connect(("127.0.0.1", load.port)).await.context("connect to the server")?;
        socket.set_nodelay(true)?;
        let (run, body) = (dir::unique(), body().to_string());
        let head = |key: &String| {
            format!(
                "POST /api/v1/service-requests HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\ncontent-type: \
                 application/json\r\ncontent-length: {}\r\nidempotency-key: {run}-",
                body.len()
            )
        };
        let heads = load.keys.iter().map(head).collect();
        let tail = format!("\r\n\r\n{body}");
        Ok(Self { socket, messages: Messages::new(), heads, tail, turn: number, step: load.connections })
    }

    async fn work(mut self, from: Instant, until: Instant) -> Result<(u64, Vec<u32>)> {
        let (mut answers, mut micros, mut began) = (0, Vec::new(), Instant::now());
        while began < until {
            self.ask().await?;
            answers += 1;
            let now = Instant::now();
            if now >= from && now < until {
                micros.push(u32::try_from((now - began).as_micros())?);
            }
            began = now;
        }
        Ok((answers, micros))
    }

    async fn ask(&mut self) -> Result<()> {
        let head = &self.heads[self.turn % self.heads.len()];
        let request = format!("{head}{}{}", self.turn, self.tail);
        self.turn += self.step;
        self.socket.write_all(request.as_bytes()).await.context("send")?;
        let answer = self.messages.next(&mut self.socket).await?.context("the server closed the connection")?;
        let is_executed =
            answer.head.starts_with(b"HTTP/1.1 200 ") && answer.body.starts_with(br#"{"status":"executed""#);
        ensure!(is_executed, "{}", String::from_utf8_lossy(&[answer.head, answer.body].concat()));
        Ok(())
    }
}
