//! What an operator chooses about a text provider.

use std::time::Duration;

use reqwest::header::HeaderValue;
use upivia_domain::Secret;
use upivia_egress::Reach;

use crate::SetupError;

/// Where the API is and how it is called. `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct OpenAiSettings {
    /// The part of the URL before `/chat/completions`, for example `https://api.openai.com/v1`.
    pub base_url: String,
    /// Sent as a bearer token; empty = none is sent, for a server of one's own.
    pub api_key: Secret<String>,
    /// A call ends within this, whatever happens.
    pub time_limit: Duration,
    /// Taken off the front of model names: OpenAI itself knows `gpt-4o-mini`, resellers know `openai/gpt-4o-mini` (empty
    /// = nothing is taken off). Other names are sent whole.
    pub strip_prefix: String,
    /// A longer answer is not read to its end.
    pub most_answer_bytes: usize,
    /// Which addresses the base URL may lead to. The operator names it, so by default any.
    pub reach: Reach,
}

impl OpenAiSettings {
    /// Settings with the defaults: 60 seconds, the prefix `openai/`, 4 MiB.
    pub fn new(base_url: impl Into<String>, api_key: Secret<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key,
            time_limit: Duration::from_secs(60),
            strip_prefix: "openai/".to_owned(),
            most_answer_bytes: 4 * 1024 * 1024,
            reach: Reach::Operator,
        }
    }

    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>, SetupError> {
        let key = self.api_key.expose().trim();
        if key.is_empty() {
            return Ok(None);
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| SetupError::ApiKey)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{EgressError, OpenAi, catalog};

    fn setup(url: &str, key: &str) -> Result<OpenAi, SetupError> {
        OpenAi::new(OpenAiSettings::new(url, Secret::new(key.to_owned())), Arc::new(catalog([])))
    }

    #[test]
    fn what_cannot_work_is_refused_at_the_start() {
        assert!(setup("https://api.openai.com/v1", "sk-1").is_ok());
        assert!(setup("http://127.0.0.1:1/v1", "").is_ok());
        assert!(matches!(setup("api.openai.com", "sk-1"), Err(SetupError::BaseUrl(EgressError::Malformed))));
        assert!(matches!(setup("ftp://api.openai.com", "sk-1"), Err(SetupError::BaseUrl(EgressError::Scheme))));
        assert!(matches!(setup("https://api.openai.com/v1", "sk\n1"), Err(SetupError::ApiKey)));
    }

    #[test]
    fn no_key_is_printed() {
        let settings = OpenAiSettings::new("https://a.example", Secret::new("hunter2".to_owned()));
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert!(!format!("{:?}", settings.authorization().unwrap()).contains("hunter2"));
    }
}
