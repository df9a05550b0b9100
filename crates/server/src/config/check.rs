//! Contradictions that types cannot exclude.

use std::net::ToSocketAddrs;

use anyhow::{Context, Result, anyhow, ensure};
use upivia_domain::Secret;
use upivia_providers::{Destination, Reach};
use upivia_store::crypto::MasterKey;

use super::{Settings, Span, callers, catalog, mail, oidc, session_settings, site};

/// Published clients give up after 60 s; a POST must have answered before.
const LONGEST_ANSWER: Span = Span::seconds(55);
const SHORTEST_LEASE: Span = Span::seconds(1);

/// Whether a process could start with these settings, as far as that can be told without starting one.
///
/// # Errors
///
/// The first contradiction, in words.
pub fn check(settings: &Settings) -> Result<()> {
    settings.listen.to_socket_addrs().with_context(|| format!("listen: {:?} is no address:port", settings.listen))?;
    check_store(settings)?;
    check_spans(settings)?;
    check_openai(settings)?;
    mail(settings)?;
    callers(settings)?;
    check_sign_in(settings)?;
    crate::logging::filter(&settings.log)?;
    check_failpoints(settings)?;
    catalog(settings).map(drop)
}

fn check_store(settings: &Settings) -> Result<()> {
    if let Some(key) = &settings.master_key {
        MasterKey::from_base64(key.expose()).context("UPIVIA_MASTER_KEY")?;
    }
    let Some(url) = &settings.database_url else { return Ok(()) };
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme));
    ensure!(is_postgres, "database_url must begin with postgres:// (without one, the embedded database is used)");
    ensure!(
        settings.master_key.is_some(),
        "UPIVIA_MASTER_KEY is required on PostgreSQL: 32 bytes in base64, for example from `openssl rand -base64 32`. \
         Keep it: without it nothing sealed in the database can be read"
    );
    Ok(())
}

fn check_spans(settings: &Settings) -> Result<()> {
    let nothing = Span::seconds(0);
    ensure!(settings.answer_within > nothing, "answer_within must be more than nothing");
    ensure!(
        settings.answer_within <= LONGEST_ANSWER,
        "answer_within is {}, but clients give up after 60s: at most {LONGEST_ANSWER}",
        settings.answer_within
    );
    ensure!(settings.provider_timeout > nothing, "provider_timeout must be more than nothing");
    ensure!(settings.approval_lifetime > nothing, "approval_lifetime must be more than nothing");
    ensure!(settings.headers_within > nothing, "headers_within must be more than nothing");
    ensure!(settings.body_within > nothing, "body_within must be more than nothing");
    ensure!(settings.gauges_every > nothing, "gauges_every must be more than nothing");
    ensure!(settings.poll_first > nothing, "poll_first must be more than nothing");
    ensure!(settings.poll_longest >= settings.poll_first, "poll_longest must be at least poll_first");
    ensure!(settings.node_lease >= SHORTEST_LEASE, "node_lease must be at least {SHORTEST_LEASE}");
    Ok(())
}

fn check_openai(settings: &Settings) -> Result<()> {
    if let Some(url) = &settings.openai_base_url {
        Destination::parse(url, Reach::Operator).map_err(|error| anyhow!("openai_base_url {error}"))?;
    }
    Ok(())
}

fn check_sign_in(settings: &Settings) -> Result<()> {
    site(settings)?;
    oidc(settings)?;
    // A stand-in of the right length for what is derived: what is named is what can be wrong.
    session_settings(settings, &Secret::new("-".repeat(44))).map(drop)
}

#[cfg(debug_assertions)]
fn check_failpoints(settings: &Settings) -> Result<()> {
    let traps = settings.failpoints.as_deref().map(str::parse::<crate::failpoints::Traps>);
    traps.transpose().map(drop)
}

// Ignored with a warning: not worth a refusal.
#[cfg(not(debug_assertions))]
fn check_failpoints(_settings: &Settings) -> Result<()> {
    Ok(())
}
