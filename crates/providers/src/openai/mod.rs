//! Text generation by any API that speaks OpenAI's chat completions.
//!
//! `settings` is what an operator chooses, `wire` what is sent, `answer` what an answer means.

mod answer;
mod settings;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{
    Client, RequestBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use tokio::time::Instant;
use upivia_domain::{
    RequestId,
    catalog::{Catalog, ModelPrice},
    dispatch::{ProviderAnswer, ProviderCall, ProviderName},
    ports::Provider,
};

use upivia_egress::{self as egress, Destination, Exchange};

use crate::SetupError;

pub use settings::OpenAiSettings;

/// The provider. Cheap to share; all calls use one pool of connections.
pub struct OpenAi {
    settings: OpenAiSettings,
    authorization: Option<HeaderValue>,
    url: Url,
    client: Client,
    catalog: Arc<Catalog>,
}

impl OpenAi {
    /// Judges the settings and builds the client; calls nobody.
    ///
    /// # Errors
    ///
    /// A setting cannot work; see [`SetupError`].
    pub fn new(settings: OpenAiSettings, catalog: Arc<Catalog>) -> Result<Self, SetupError> {
        let destination = Destination::parse(&settings.base_url, settings.reach)?;
        let authorization = settings.authorization()?;
        if authorization.is_some() && !destination.is_encrypted() {
            tracing::warn!("the API key of the text provider goes over plain http");
        }
        let client = egress::client(destination.reach(), settings.time_limit).map_err(SetupError::client)?;
        Ok(Self { authorization, url: destination.join("chat/completions"), client, catalog, settings })
    }

    fn request(&self, call: &ProviderCall, deadline: Instant) -> RequestBuilder {
        let id = call.request.to_string();
        let request = self
            .client
            .post(self.url.clone())
            .timeout(deadline.saturating_duration_since(Instant::now()))
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", &id)
            .header("x-request-id", id)
            .body(wire::body(&call.payload, &self.settings.strip_prefix));
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization.clone()),
            None => request,
        }
    }

    /// Sends the call; once more where the first try certainly never left.
    async fn send(&self, call: &ProviderCall) -> Exchange {
        let deadline = Instant::now() + self.settings.time_limit;
        let most = self.settings.most_answer_bytes;
        match egress::exchange(self.request(call, deadline), most).await {
            Exchange::NotSent(_) if Instant::now() < deadline => {
                egress::exchange(self.request(call, deadline), most).await
            }
            done => done,
        }
    }

    /// As it was when the call was quoted: the hold was made with it.
    fn price(&self, call: &ProviderCall) -> Option<&ModelPrice> {
        let model = call.payload.get("model")?.as_str()?;
        self.catalog.models().find(model, call.quoted_at).map(|version| &version.price)
    }
}

#[async_trait]
impl Provider for OpenAi {
    fn name(&self) -> ProviderName {
        ProviderName::new("openai")
    }

    async fn execute(&self, call: &ProviderCall) -> ProviderAnswer {
        let exchange = self.send(call).await;
        let terms = answer::Terms { price: self.price(call), hold: call.hold, key: self.settings.api_key.expose() };
        answer::of(exchange, &terms)
    }

    /// The API has no question for that.
    async fn lookup(&self, _request: RequestId) -> Option<ProviderAnswer> {
        None
    }
}

#[cfg(test)]
mod bound_tests;
