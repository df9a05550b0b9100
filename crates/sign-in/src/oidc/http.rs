//! The HTTP client for identity providers: no redirects, no proxies, no retries, bounded in time and size.

use std::{future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http, url::Url};
use reqwest::{Client, Response, redirect::Policy};

use super::settings::may_be_asked;

/// From the first byte of a question to the last one of its answer.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Keys of big providers take some 10 KiB.
const MOST_BYTES: usize = 256 * 1_024;

/// Asks providers.
pub(super) struct Http {
    client: Client,
    time_limit: Duration,
}

/// Why there was no answer. The texts name neither secrets nor codes: those travel in headers and bodies.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFault {
    #[error("a URL of the provider is neither https nor on this machine")]
    Unprotected,
    #[error("the answer is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("no answer: {0}")]
    Lost(reqwest::Error),
    #[error("no HTTP message")]
    Malformed,
}

impl Http {
    pub(super) fn new() -> reqwest::Result<Self> {
        // The library panics without a process-wide TLS provider; somebody else may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(TIME_LIMIT / 3)
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .user_agent(concat!("upivia/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, time_limit: TIME_LIMIT })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| HttpFault::Malformed)?;
        if !may_be_asked(&url) {
            return Err(HttpFault::Unprotected);
        }
        let mut request = reqwest::Request::try_from(request).map_err(|_| HttpFault::Malformed)?;
        *request.timeout_mut() = Some(self.time_limit);
        let lost = |error: reqwest::Error| HttpFault::Lost(error.without_url());
        let response = self.client.execute(request).await.map_err(lost)?;
        read(response).await
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

async fn read(mut response: Response) -> Result<HttpResponse, HttpFault> {
    let mut answer = http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        headers.clone_from(response.headers());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| HttpFault::Lost(error.without_url()))? {
        if body.len().saturating_add(chunk.len()) > MOST_BYTES {
            return Err(HttpFault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    answer.body(body).map_err(|_| HttpFault::Malformed)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Asks somebody who answers every question with `answer` and keeps the line open for a while.
    async fn ask(answer: Vec<u8>) -> Result<HttpResponse, HttpFault> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4_096]).await.unwrap() > 0);
            // The other side may hang up in the middle, as it should.
            let _ = stream.write_all(&answer).await;
            tokio::time::sleep(Duration::from_secs(5)).await;
        });
        let http = Http { time_limit: Duration::from_millis(500), ..Http::new().unwrap() };
        let answer = http.call(http::Request::get(url).body(Vec::new()).unwrap()).await;
        serving.abort();
        answer
    }

    #[tokio::test]
    async fn an_answer_comes_back_whole() {
        let answer = ask(b"HTTP/1.1 404 Not Found\r\nx-a: b\r\ncontent-length: 2\r\n\r\nno".to_vec()).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["x-a"].to_str().unwrap()), (404, "b"));
        assert_eq!(answer.body(), b"no");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec();
        assert_eq!(ask(answer).await.unwrap().status().as_u16(), 302);
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_cut() {
        let mut long = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        long.resize(MOST_BYTES + 1_000, b' ');
        assert!(matches!(ask(long).await, Err(HttpFault::TooLong)));
        assert!(matches!(ask(b"HTTP/1.1 200 OK\r\n\r\nand then".to_vec()).await, Err(HttpFault::Lost(_))));
        assert!(matches!(ask(Vec::new()).await, Err(HttpFault::Lost(_))));
    }

    #[tokio::test]
    async fn nothing_is_sent_unprotected() {
        let request = http::Request::get("http://192.0.2.1/").body(Vec::new()).unwrap();
        assert!(matches!(Http::new().unwrap().call(request).await, Err(HttpFault::Unprotected)));
    }
}
