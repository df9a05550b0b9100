//! Where messages go, and the secrets that they are signed with.

use std::{fmt, str::FromStr};

use super::WebhookEvent;
use crate::{OrgId, Secret, Timestamp, WebhookEndpointId};

const LONGEST_URL: usize = 2_048;

/// A text that cannot be the URL of an endpoint, whatever it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a URL of at most {LONGEST_URL} characters without blanks")]
pub struct InvalidUrl;

/// A URL as it was written. Whether it may be called is judged by [`crate::ports::WebhookSender`], again at every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EndpointUrl {
    type Err = InvalidUrl;
    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let is_plain = text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
        let fits = (1..=LONGEST_URL).contains(&text.chars().count());
        if is_plain && fits { Ok(Self(text.to_owned())) } else { Err(InvalidUrl) }
    }
}

/// Whether an endpoint is told anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// It is.
    Enabled,
    /// A person turned it off.
    Disabled,
    /// It did not answer for so long that nobody calls it any more.
    Failing,
}

impl EndpointStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Failing => "failing",
        }
    }
}

impl FromStr for EndpointStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "enabled" => Ok(Self::Enabled),
            "disabled" => Ok(Self::Disabled),
            "failing" => Ok(Self::Failing),
            other => Err(format!("unknown endpoint status {other}")),
        }
    }
}

impl fmt::Display for EndpointStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What messages are signed with: one secret, and for a while after it was replaced the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecrets {
    /// Signs always.
    pub current: Secret<String>,
    /// Signs too, until that instant.
    pub previous: Option<(Secret<String>, Timestamp)>,
}

impl SigningSecrets {
    /// One, and none before it.
    pub const fn new(current: Secret<String>) -> Self {
        Self { current, previous: None }
    }

    /// A new one, beside which the present one signs until then.
    pub fn replaced(self, by: Secret<String>, until: Timestamp) -> Self {
        Self { current: by, previous: Some((self.current, until)) }
    }

    /// Those that sign at that instant, the newest first.
    pub fn in_force(&self, now: Timestamp) -> Vec<Secret<String>> {
        let previous = self.previous.iter().filter(|(_, until)| now < *until).map(|(secret, _)| secret.clone());
        std::iter::once(self.current.clone()).chain(previous).collect()
    }
}

/// Somebody else's server that wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose events it is told.
    pub org: OrgId,
    /// Where it is.
    pub url: EndpointUrl,
    /// For people.
    pub description: Option<String>,
    /// What it wants to be told; empty = everything.
    pub events: Vec<WebhookEvent>,
    /// Whether it is told anything.
    pub status: EndpointStatus,
    /// What its messages are signed with.
    pub secrets: SigningSecrets,
    /// When it was made; what happened before is not told.
    pub created_at: Timestamp,
}

impl Endpoint {
    /// Whether it is to be told of an event of that kind at that time. A test is for whoever it is sent to.
    pub fn wants(&self, event: WebhookEvent, at: Timestamp) -> bool {
        let listed = self.events.is_empty() || event == WebhookEvent::Test || self.events.contains(&event);
        self.status == EndpointStatus::Enabled && listed && at >= self.created_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_secret_before_signs_until_its_end() {
        let end = Timestamp::from_micros(10);
        let secrets = SigningSecrets::new(secret("old")).replaced(secret("new"), end);
        assert_eq!(secrets.in_force(Timestamp::from_micros(9)), [secret("new"), secret("old")]);
        assert_eq!(secrets.in_force(end), [secret("new")]);
        let again = secrets.replaced(secret("newest"), end);
        assert_eq!(again.in_force(Timestamp::default()), [secret("newest"), secret("new")], "never three");
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in ["", " ", "https://a b", "https://a\n", &format!("https://{}", "a".repeat(LONGEST_URL))] {
            assert_eq!(text.parse::<EndpointUrl>(), Err(InvalidUrl), "{text:?}");
        }
        assert_eq!("https://a.example/x?y=1".parse::<EndpointUrl>().unwrap().as_str(), "https://a.example/x?y=1");
    }
}
