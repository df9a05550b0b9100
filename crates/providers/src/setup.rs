//! How setting up a provider fails, before the server serves.

use std::fmt;

use upivia_egress::EgressError;

/// Why a provider cannot be set up. No text of it holds a secret.
#[derive(Debug)]
pub enum SetupError {
    /// The base URL cannot be called.
    BaseUrl(EgressError),
    /// The key has characters that no header can carry.
    ApiKey,
    /// The HTTP client cannot be built, for example without root certificates.
    Client(String),
}

impl SetupError {
    pub(crate) fn client(error: reqwest::Error) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        Self::Client(cause.unwrap_or_else(|| error.to_string()))
    }
}

impl From<EgressError> for SetupError {
    fn from(error: EgressError) -> Self {
        Self::BaseUrl(error)
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl(error) => write!(f, "the provider's base URL {error}"),
            Self::ApiKey => f.write_str("the provider's API key has characters that no header can carry"),
            Self::Client(cause) => write!(f, "the HTTP client cannot be built: {cause}"),
        }
    }
}

impl std::error::Error for SetupError {}
