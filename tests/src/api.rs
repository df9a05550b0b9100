//! A client for the JSON face of the server: one credential, one base URL, replies with status and parsed body.

use std::sync::Once;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// Longer than the server may take to answer, so that a test sees its answer and not its own impatience.
const TIMEOUT: Duration = Duration::from_secs(90);

/// One credential's view of a server.
#[derive(Clone, Debug)]
pub struct Api {
    client: Client,
    base: String,
    key: Option<String>,
}

/// A reply whose body was JSON or empty; anything else is an error of the server.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status code.
    pub code: u16,
    /// `Idempotent-Replayed: true` was sent.
    pub replayed: bool,
    /// The body; null when empty.
    pub body: Value,
}

impl Api {
    /// A client for the server at `base` (`http://127.0.0.1:PORT`), with a Bearer credential or none.
    pub fn new(base: &str, key: Option<&str>) -> Result<Self> {
        Ok(Self { client: client(TIMEOUT)?, base: base.to_owned(), key: key.map(str::to_owned) })
    }

    /// The same server with another credential.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// Its credential.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// GET below `/api/v1`.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST below `/api/v1`.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// PATCH below `/api/v1`.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Reply> {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    /// A paid action under an idempotency key.
    pub async fn pay(&self, key: &str, body: &Value) -> Result<Reply> {
        let request = self.request(Method::POST, "/service-requests").header("idempotency-key", key);
        self.send(request.json(body)).await
    }

    /// A request to finish by hand.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.request_at(method, &format!("{}/api/v1{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// A request to any URL, without the credential.
    pub fn request_at(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request made by hand.
    pub async fn send(&self, request: RequestBuilder) -> Result<Reply> {
        let response = request.send().await?;
        let code = response.status().as_u16();
        let replayed = response.headers().get("idempotent-replayed").is_some_and(|v| v == "true");
        let text = response.text().await?;
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text)
                .with_context(|| format!("HTTP {code} with a body that is not JSON: {text:?}"))?,
        };
        Ok(Reply { code, replayed, body })
    }
}

impl Reply {
    /// The body, when the status is 2xx.
    pub fn ok(self) -> Result<Value> {
        ensure!((200..300).contains(&self.code), "HTTP {}: {}", self.code, self.body);
        Ok(self.body)
    }

    /// The outcome of a paid action: `executed`, `blocked` …
    #[must_use]
    pub fn status(&self) -> &str {
        self.text("/status")
    }

    /// `error.code`, empty when there is none.
    #[must_use]
    pub fn error_code(&self) -> &str {
        self.text("/error/code")
    }

    /// The text at a JSON pointer, empty when there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// An HTTP client. reqwest is built without a TLS provider of its own and panics unless one is installed, even for http.
pub fn client(timeout: Duration) -> Result<Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .timeout(timeout)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .context("build a client")
}
