//! Who executes what: the sandbox for play money, OpenAI's API and a mail server where they are configured.

use std::sync::Arc;

use anyhow::{Context, Result};
use upivia_domain::{Secret, catalog::Catalog};
use upivia_mail::Mailer;
use upivia_providers::{OpenAi, OpenAiSettings, Registry, Sandbox};

use crate::config::{self, Settings};

const OPENAI: &str = "https://api.openai.com/v1";

pub(super) fn registry(settings: &Settings, catalog: &Arc<Catalog>) -> Result<Registry> {
    let sandbox = Sandbox::new(Arc::clone(catalog), settings.provider_timeout.duration());
    let registry = Registry::new(Arc::clone(catalog), sandbox);
    let registry = with_mailer(registry, settings)?;
    let Some(openai) = openai(settings) else { return Ok(registry) };
    let provider = OpenAi::new(openai, Arc::clone(catalog)).context("the provider of text generation")?;
    Ok(registry.with_openai(provider)?)
}

fn with_mailer(registry: Registry, settings: &Settings) -> Result<Registry> {
    let Some(mail) = config::mail(settings)? else { return Ok(registry) };
    if mail.relay.is_readable_on_the_way() {
        tracing::warn!(relay = ?mail.relay, "tls=none: mails and the password can be read on the way to the mail server");
    }
    Ok(registry.with_live("email.send", Arc::new(Mailer::new(mail)?))?)
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
    use upivia_domain::{Mode, ports::ProviderRegistry};

    use super::*;

    #[test]
    fn live_mail_needs_a_mail_server_and_play_money_never_reaches_it() {
        let catalog = Arc::new(upivia_providers::catalog([]));
        let relay = Some("smtp://127.0.0.1:2525".into());
        let with = Settings { smtp_url: relay, mail_from: Some("a@b.c".to_owned()), ..Settings::default() };
        for (settings, live) in [(Settings::default(), None), (with, Some("smtp"))] {
            let registry = registry(&settings, &catalog).unwrap();
            let found = |mode| registry.find(&"email.send".parse().unwrap(), mode).map(|provider| provider.name());
            assert_eq!(found(Mode::Live).as_ref().map(|name| name.as_str()), live);
            assert_eq!(found(Mode::Test).unwrap().as_str(), "sandbox");
        }
    }

    #[test]
    fn live_text_generation_needs_a_key_or_an_address() {
        assert!(openai(&Settings::default()).is_none());
        let key = openai(&Settings { openai_api_key: Some("sk-1".into()), ..Settings::default() }).unwrap();
        assert_eq!((key.base_url.as_str(), key.time_limit), (OPENAI, Settings::default().provider_timeout.duration()));
        let own = openai(&Settings { openai_base_url: Some("http://h/v1".to_owned()), ..Settings::default() }).unwrap();
        assert_eq!((own.base_url.as_str(), own.api_key.expose().as_str()), ("http://h/v1", ""));
    }
}
