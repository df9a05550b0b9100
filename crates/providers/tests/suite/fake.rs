//! A fake of an OpenAI-compatible API on loopback: it notes every call and answers as it was told to.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::StatusCode,
    rt,
    web::{self, Bytes, Data},
};
use serde_json::{Value, json};

/// How the fake answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A short completion with a small usage.
    Completion,
    /// A completion that bills a token for every byte received and all that was allowed to be written.
    LargestBill,
    /// A status with JSON.
    Json(u16, Value),
    /// A status with text.
    Raw(u16, &'static str),
    /// A promised length, the first bytes of it, and the end of the connection.
    Cut,
    /// A redirect to another place of the fake.
    Redirect,
}

/// A call as it came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
    pub bytes: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

struct State {
    reply: Mutex<(Reply, Duration)>,
    seen: Mutex<Vec<Seen>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running fake; it stops when dropped.
pub struct Fake {
    pub url: String,
    state: Arc<State>,
    handle: ServerHandle,
}

impl Fake {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let reply = Mutex::new((Reply::Completion, Duration::ZERO));
        let state = Arc::new(State { reply, seen: Mutex::default() });
        let handle = serve(listener, Arc::clone(&state));
        Self { url, state, handle }
    }

    /// Answers like this from now on, after a delay.
    pub fn reply(&self, reply: Reply, delay: Duration) {
        *lock(&self.state.reply) = (reply, delay);
    }

    /// The calls so far.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state.seen).clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        // The command is sent by the call itself; nobody waits for the worker.
        drop(self.handle.stop(false));
    }
}

// The server wants a system of its own, beside the runtime of the test.
fn serve(listener: TcpListener, state: Arc<State>) -> ServerHandle {
    let (started, wait) = mpsc::channel();
    std::thread::spawn(move || {
        rt::System::new().block_on(async {
            let app = move || App::new().app_data(Data::from(Arc::clone(&state))).default_service(web::to(answer));
            let server =
                HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(0).listen(listener).unwrap().run();
            started.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    wait.recv_timeout(Duration::from_secs(10)).unwrap()
}

async fn answer(state: Data<State>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let seen = note(&request, &body);
    lock(&state.seen).push(seen.clone());
    let (reply, delay) = lock(&state.reply).clone();
    rt::time::sleep(delay).await;
    match reply {
        Reply::Completion => HttpResponse::Ok().json(completion(12, 4)),
        Reply::LargestBill => {
            let choices = seen.body["n"].as_u64().unwrap_or(1);
            let written = seen.body["max_tokens"].as_u64().unwrap() * choices;
            HttpResponse::Ok().json(completion(seen.bytes as u64, written))
        }
        Reply::Json(status, body) => HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(body),
        Reply::Raw(status, body) => HttpResponse::build(StatusCode::from_u16(status).unwrap()).body(body),
        Reply::Cut => cut(),
        Reply::Redirect => HttpResponse::TemporaryRedirect().insert_header(("location", "/elsewhere")).finish(),
    }
}

fn note(request: &HttpRequest, body: &Bytes) -> Seen {
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let body_json = serde_json::from_slice(body).unwrap_or_default();
    Seen { path: request.path().to_owned(), headers, body: body_json, bytes: body.len() }
}

fn completion(input: u64, output: u64) -> Value {
    json!({
        "id": "chatcmpl-1",
        "model": "gpt-4o-mini",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Short."}}],
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
    })
}

/// A body that promises more than it gives.
struct Broken(bool);

impl actix_web::body::MessageBody for Broken {
    type Error = std::io::Error;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Sized(10_000)
    }

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        let first = !std::mem::replace(&mut self.0, true);
        let chunk =
            if first { Ok(Bytes::from_static(b"{\"id\":")) } else { Err(std::io::Error::other("told to break")) };
        std::task::Poll::Ready(Some(chunk))
    }
}

fn cut() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(Broken(false))
}
