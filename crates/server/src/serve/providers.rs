//! Who executes what: the sandbox for play money, OpenAI's API where it is configured.

use std::sync::Arc;

use anyhow::{Context, Result};
use upivia_domain::{Secret, catalog::Catalog};
use upivia_providers::{OpenAi, OpenAiSettings, Registry, Sandbox};

use crate::config::Settings;

const OPENAI: &str = "https://api.openai.com/v1";

pub(super) fn registry(settings: &Settings, catalog: &Arc<Catalog>) -> Result<Registry> {
    let sandbox = Sandbox::new(Arc::clone(catalog), settings.provider_timeout.duration());
    let registry = Registry::new(Arc::clone(catalog), sandbox);
    let Some(openai) = openai(settings) else { return Ok(registry) };
    let provider = OpenAi::new(openai, Arc::clone(catalog)).context("the provider of text generation")?;
    Ok(registry.with_openai(provider)?)
}

/// A key alone means OpenAI itself; a URL alone means a server of one's own that wants no key.
fn openai(settings: &Settings) -> Option<OpenAiSettings> {
    if settings.openai_base_url.is_none() && settings.openai_api_key.is_none() {
        return None;
    }
    let url = settings.openai_base_url.as_deref().unwrap_or(OPENAI);
    let key = settings.openai_api_key.as_ref().map_or_else(|| Secret::new(String::new()), |key| key.secret());
    let time_limit = settings.provider_timeout.duration();
    Some(OpenAiSettings { time_limit, ..OpenAiSettings::new(url, key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_text_generation_needs_a_key_or_an_address() {
        assert!(openai(&Settings::default()).is_none());
        let key = openai(&Settings { openai_api_key: Some("sk-1".into()), ..Settings::default() }).unwrap();
        assert_eq!((key.base_url.as_str(), key.time_limit), (OPENAI, Settings::default().provider_timeout.duration()));
        let own = openai(&Settings { openai_base_url: Some("http://h/v1".to_owned()), ..Settings::default() }).unwrap();
        assert_eq!((own.base_url.as_str(), own.api_key.expose().as_str()), ("http://h/v1", ""));
    }
}
