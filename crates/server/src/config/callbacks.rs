//! Secrets of providers: a table in the file, `name=secret,name=secret` in the environment.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer, Serialize, de};
use upivia_webhooks::CallbackSecrets;

use super::{Hidden, Settings};

/// By provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CallbackSettings(BTreeMap<String, Hidden>);

impl<'de> Deserialize<'de> for CallbackSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Table(BTreeMap<String, Hidden>),
            Text(String),
        }
        // What was written is never repeated: it may be a secret.
        let expected = || de::Error::custom("expected a table of secrets by provider, or name=secret,name=secret");
        match Written::deserialize(deserializer) {
            Ok(Written::Table(secrets)) => Ok(Self(secrets)),
            Ok(Written::Text(text)) => pairs(&text).map(Self).ok_or_else(expected),
            Err(_) => Err(expected()),
        }
    }
}

/// Secrets may hold `=`, as base64 does, but no comma.
fn pairs(text: &str) -> Option<BTreeMap<String, Hidden>> {
    let mut secrets = BTreeMap::new();
    for pair in text.split(',') {
        let (name, secret) = pair.trim().split_once('=')?;
        let is_new = secrets.insert(name.trim().to_owned(), Hidden::from(secret.trim())).is_none();
        if !is_new || name.trim().is_empty() {
            return None;
        }
    }
    Some(secrets)
}

/// The providers that may call.
///
/// # Errors
///
/// A secret that is too short.
pub fn callers(settings: &Settings) -> Result<CallbackSecrets> {
    let secrets = settings.callback_secrets.0.iter().map(|(name, secret)| (name.clone(), secret.secret()));
    CallbackSecrets::new(secrets).context("callback_secrets")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        let secrets = pairs(text)?.into_iter();
        Some(secrets.map(|(name, secret)| (name, secret.expose().to_owned())).collect())
    }

    #[test]
    fn pairs_are_read_with_equal_signs_inside() {
        let pair = |name: &str, secret: &str| (name.to_owned(), secret.to_owned());
        assert_eq!(read("sandbox=a=b==, acme = c"), Some(vec![pair("acme", "c"), pair("sandbox", "a=b==")]));
        for bad in ["sandbox", "=x", "a=1,a=2", "a=1,", "a=1,b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_short_secret_is_named_and_not_shown() {
        let settings =
            Settings { callback_secrets: CallbackSettings(pairs("acme=tiny").unwrap()), ..Settings::default() };
        let error = format!("{:#}", callers(&settings).unwrap_err());
        assert!(error.contains("acme") && !error.contains("tiny"), "{error}");
    }
}
