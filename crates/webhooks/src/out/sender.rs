//! One signed call over the guarded client. What a body or a secret says reaches no log and no problem.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, header::CONTENT_TYPE};
use upivia_domain::{
    Secret,
    ports::{Parcel, WebhookSender},
    webhook::{Attempt, EndpointUrl},
};
use upivia_egress::{Destination, Exchange, Reach, client, exchange};

use super::standard;

/// An answer is looked at for its status only.
const MOST_BYTES_READ: usize = 16 * 1_024;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// How far and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderSettings {
    /// Which addresses an endpoint may have. Beyond [`Reach::Public`], `http` may be used too.
    pub reach: Reach,
    /// A call that takes longer has failed.
    pub time_limit: Duration,
}

/// The HTTP client cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client of webhooks cannot be built: {0}")]
pub struct SenderError(String);

/// Signs and calls.
pub struct HttpSender {
    client: Client,
    settings: SenderSettings,
}

impl HttpSender {
    /// With a pool of connections of its own.
    ///
    /// # Errors
    ///
    /// See [`SenderError`].
    pub fn new(settings: SenderSettings) -> Result<Self, SenderError> {
        let client = client(settings.reach, settings.time_limit).map_err(|error| SenderError(error.to_string()))?;
        Ok(Self { client, settings })
    }

    fn destination(&self, url: &EndpointUrl) -> Result<Destination, String> {
        let destination = Destination::whole(url.as_str(), self.settings.reach).map_err(|error| error.to_string())?;
        if self.settings.reach == Reach::Public && !destination.is_encrypted() {
            return Err("must begin with https://".to_owned());
        }
        Ok(destination)
    }

    async fn call(&self, parcel: &Parcel) -> Result<u16, (Option<u16>, String)> {
        // Judged anew: what may be reached may have changed since the endpoint was made.
        let destination = self.destination(&parcel.url).map_err(|problem| (None, format!("the URL {problem}")))?;
        let (id, at) = (parcel.message.to_string(), parcel.at.micros().div_euclid(MICROS_PER_SECOND));
        let secrets = parcel.secrets.iter().map(|secret| secret.expose().as_str());
        let signed = standard::signature(secrets, &id, at, parcel.body.as_bytes());
        let signed = signed.map_err(|error| (None, error.to_string()))?;
        let request = self
            .client
            .post(destination.url().clone())
            .timeout(self.settings.time_limit)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signed)
            .body(parcel.body.as_bytes().to_vec());
        match exchange(request, MOST_BYTES_READ).await {
            Exchange::Answered { status, .. } if (200..300).contains(&status) => Ok(status),
            Exchange::Answered { status, .. } => Err((Some(status), format!("the endpoint answered {status}"))),
            Exchange::NotSent(error) if error.is_timeout() => Err((None, "no connection in time".to_owned())),
            Exchange::NotSent(_) => Err((None, "no connection, or to no address that may be called".to_owned())),
            Exchange::Lost(error) if error.is_timeout() => Err((None, "no answer in time".to_owned())),
            Exchange::Lost(_) => Err((None, "the connection broke before an answer".to_owned())),
        }
    }
}

#[async_trait]
impl WebhookSender for HttpSender {
    fn secret(&self, random: &[u8; 32]) -> Secret<String> {
        Secret::new(standard::secret_text(random))
    }

    fn judge(&self, url: &EndpointUrl) -> Result<(), String> {
        self.destination(url).map(drop)
    }

    async fn send(&self, parcel: &Parcel) -> Attempt {
        match self.call(parcel).await {
            Ok(status) => Attempt { at: parcel.at, status: Some(status), problem: None },
            Err((status, problem)) => {
                tracing::info!(webhook = %parcel.message, status, problem, "a webhook was not delivered");
                Attempt { at: parcel.at, status, problem: Some(problem) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use upivia_domain::{Timestamp, Uuid, WebhookMessageId};

    use super::*;

    fn sender(reach: Reach) -> HttpSender {
        HttpSender::new(SenderSettings { reach, time_limit: Duration::from_millis(500) }).unwrap()
    }

    fn parcel(url: &str) -> Parcel {
        Parcel {
            message: WebhookMessageId::new(Uuid::from_u128(7)),
            body: r#"{"hidden":"body"}"#.into(),
            url: url.parse().unwrap(),
            secrets: vec![Secret::new(standard::secret_text(&[7; 32]))],
            at: Timestamp::from_micros(1_614_265_330_999_999),
        }
    }

    /// Answers one call with these bytes; what it was sent.
    async fn answering(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/hook?a=1", listener.local_addr().unwrap().port());
        let heard = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut heard = vec![0; 4_096];
            let length = socket.read(&mut heard).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&heard[..length]).into_owned()
        });
        (url, heard)
    }

    #[tokio::test]
    async fn a_message_is_signed_and_sent_as_it_stands() {
        let (url, heard) = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
        let parcel = parcel(&url);
        let attempt = sender(Reach::Operator).send(&parcel).await;
        assert_eq!(attempt, Attempt { at: parcel.at, status: Some(204), problem: None });
        let heard = heard.await.unwrap();
        let signed = standard::signature(
            [parcel.secrets[0].expose().as_str()],
            &parcel.message.to_string(),
            1_614_265_330,
            parcel.body.as_bytes(),
        );
        for part in ["POST /hook?a=1 ", "webhook-timestamp: 1614265330\r\n", "\r\n\r\n{\"hidden\":\"body\"}"] {
            assert!(heard.contains(part), "{heard}");
        }
        assert!(heard.contains(&format!("webhook-signature: {}\r\n", signed.unwrap())), "{heard}");
    }

    #[tokio::test]
    async fn only_success_is_delivered_and_a_redirect_is_none() {
        for (answer, status) in [
            ("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", 500),
            ("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", 302),
        ] {
            let (url, _heard) = answering(answer).await;
            let attempt = sender(Reach::Operator).send(&parcel(&url)).await;
            assert_eq!(attempt.status, Some(status));
            assert!(attempt.problem.is_some_and(|problem| !problem.contains("hidden") && !problem.contains("whsec")));
        }
    }

    #[tokio::test]
    async fn a_silent_endpoint_is_given_up_in_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
        let attempt = sender(Reach::Operator).send(&parcel(&url)).await;
        assert_eq!((attempt.status, attempt.problem.as_deref()), (None, Some("no answer in time")));
    }

    #[tokio::test]
    async fn inner_addresses_and_plain_http_are_refused() {
        let public = sender(Reach::Public);
        for url in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://169.254.169.254/x",
            "https://[::1]/",
            "http://a.example/",
        ] {
            assert!(public.judge(&url.parse().unwrap()).is_err(), "{url}");
            let attempt = public.send(&parcel(url)).await;
            assert!(attempt.status.is_none() && attempt.problem.is_some(), "{url}");
        }
        assert_eq!(public.judge(&"https://a.example/x?y=1".parse().unwrap()), Ok(()));
        assert_eq!(sender(Reach::Operator).judge(&"http://localhost:1/".parse().unwrap()), Ok(()));
    }
}
