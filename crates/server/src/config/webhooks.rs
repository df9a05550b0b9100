//! Where webhooks may go: out into the world, or also into the operator's own network.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use upivia_webhooks::out::{HttpSender, Reach, SenderSettings};

use super::Settings;

/// An endpoint that takes longer has not answered.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Which addresses webhook endpoints may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookTargets {
    /// Those of the public internet, by https: whoever may name an endpoint must not reach what only this machine can.
    #[default]
    Public,
    /// Also private, link-local and loopback addresses, and http: where everybody who may name one is trusted so far.
    Any,
}

/// Who signs and sends.
///
/// # Errors
///
/// The HTTP client cannot be built.
pub fn webhook_sender(settings: &Settings) -> Result<HttpSender> {
    let reach = match settings.webhook_targets {
        WebhookTargets::Public => Reach::Public,
        WebhookTargets::Any => Reach::Operator,
    };
    Ok(HttpSender::new(SenderSettings { reach, time_limit: TIME_LIMIT })?)
}
