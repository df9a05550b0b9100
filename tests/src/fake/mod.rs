//! A fake OpenAI-compatible provider on loopback: it counts every call it sees and answers as it was told to.
//!
//! It speaks only `POST /v1/chat/completions` and never judges a request: what a test wants to know is in [`Call`].

mod calls;
mod completions;
mod gate;

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, rt, web};
use anyhow::{Context, Result};

pub use calls::{Call, Calls};
use gate::Gate;

/// How the fake answers a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A completion that bills a few tokens.
    Text,
    /// A completion that bills as much as the request allowed: a token for each byte sent, all of `max_tokens`.
    Maximum,
    /// An error status with an error body; 429 says when to come back.
    Status(u16),
    /// Status 200 and half a JSON object.
    Malformed,
    /// No answer ever.
    Hang,
    /// Status 200, a promised length, and a connection that breaks in the middle.
    Cut,
}

/// A running fake; it stops when dropped.
pub struct Fake {
    /// Its base URL, `http://127.0.0.1:PORT/v1`.
    pub url: String,
    state: Arc<State>,
    handle: ServerHandle,
}

struct State {
    answer: Mutex<(Answer, Duration)>,
    calls: Calls,
    gate: Gate,
}

impl Fake {
    /// Starts one that answers [`Answer::Text`] at once.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("bind the fake provider")?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let state = Arc::new(State {
            answer: Mutex::new((Answer::Text, Duration::ZERO)),
            calls: Calls::default(),
            gate: Gate::open(),
        });
        let handle = spawn(listener, Arc::clone(&state))?;
        Ok(Self { url, state, handle })
    }

    /// Answers like this from now on, after a delay.
    pub fn answer(&self, answer: Answer, delay: Duration) {
        *self.state.answer.lock().unwrap_or_else(PoisonError::into_inner) = (answer, delay);
    }

    /// Keeps every answer back from now on, until [`Fake::release`].
    pub fn hold(&self) {
        self.state.gate.close();
    }

    /// Lets the answers go.
    pub fn release(&self) {
        self.state.gate.release();
    }

    /// The calls it has seen.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.state.calls
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.release();
        // The command is sent by the call itself; nobody waits for the workers.
        drop(self.handle.stop(false));
    }
}

/// actix wants a system of its own, on a thread of its own beside the test's runtime.
fn spawn(listener: TcpListener, state: Arc<State>) -> Result<ServerHandle> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || -> Result<()> {
        let app = move || {
            let state = web::Data::from(Arc::clone(&state));
            App::new().app_data(state).route("/v1/chat/completions", web::post().to(completions::complete))
        };
        rt::System::new().block_on(async {
            let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
            sender.send(server.handle())?;
            server.await?;
            Ok(())
        })
    });
    receiver.recv_timeout(Duration::from_secs(10)).context("the fake provider did not start")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::{Answer, Fake};

    async fn ask(fake: &Fake) -> anyhow::Result<(u16, Value)> {
        let client = crate::api::client(Duration::from_millis(500))?;
        let body = json!({"model": "m", "max_tokens": 7, "messages": [{"role": "user", "content": "12345"}]});
        let request = client.post(format!("{}/chat/completions", fake.url)).header("x-request-id", "srq_1").json(&body);
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.json().await?))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_counts_and_answers_as_told() -> anyhow::Result<()> {
        let fake = Fake::start()?;
        assert_eq!(ask(&fake).await?.1["usage"]["total_tokens"], 16);
        fake.answer(Answer::Maximum, Duration::ZERO);
        assert_eq!(
            ask(&fake).await?.1["usage"],
            json!({"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12})
        );
        fake.answer(Answer::Status(429), Duration::ZERO);
        assert_eq!(ask(&fake).await?.0, 429);
        for answer in [Answer::Malformed, Answer::Cut, Answer::Hang] {
            fake.answer(answer, Duration::ZERO);
            assert!(ask(&fake).await.is_err(), "{answer:?}");
        }
        assert_eq!(fake.calls().by_request(), [("srq_1".to_owned(), 6)].into());
        Ok(())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_held_answer_comes_when_released() -> anyhow::Result<()> {
        let fake = Fake::start()?;
        fake.hold();
        assert!(ask(&fake).await.is_err());
        fake.release();
        assert_eq!(ask(&fake).await?.0, 200);
        assert_eq!(fake.calls().count(), 2);
        Ok(())
    }
}
