//! The mailer: settings, and the port for the server's own mails.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use lettre::transport::smtp::{client::TlsParameters, extension::ClientId};
use upivia_domain::{
    mail::Message,
    ports::{Mail, MailError, Receipt},
};

use crate::{
    Relay, Sender, compose,
    dialogue::{self, Limits, Line},
};

/// What a mailer needs to know.
#[derive(Debug, Clone)]
pub struct MailerSettings {
    /// Where mails are handed over.
    pub relay: Relay,
    /// Who they come from. Its domain is also how this server greets the relay.
    pub sender: Sender,
    /// A connection comes about within this.
    pub connect_timeout: Duration,
    /// A command is answered within this.
    pub command_timeout: Duration,
    /// Everything ends within this. An answer to a mail that comes later is lost.
    pub time_limit: Duration,
}

impl MailerSettings {
    /// With time limits that suit servers on the internet.
    pub const fn new(relay: Relay, sender: Sender) -> Self {
        Self {
            relay,
            sender,
            connect_timeout: Duration::from_secs(15),
            command_timeout: Duration::from_secs(30),
            time_limit: Duration::from_secs(120),
        }
    }
}

/// Why a mailer cannot be set up. No text of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSetupError(String);

impl fmt::Display for MailSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mail server cannot be called with TLS: {}", self.0)
    }
}

impl std::error::Error for MailSetupError {}

/// Hands mails to one relay, each over a connection of its own.
pub struct Mailer {
    settings: MailerSettings,
    pub(crate) tls: TlsParameters,
    hello: ClientId,
}

impl Mailer {
    /// Judges the settings; calls nobody.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub fn new(settings: MailerSettings) -> Result<Self, MailSetupError> {
        let tls = TlsParameters::new(settings.relay.host.clone()).map_err(|error| MailSetupError(error.to_string()))?;
        let hello = ClientId::Domain(settings.sender.mailbox.domain().to_owned());
        Ok(Self { settings, tls, hello })
    }

    fn line(&self) -> Line<'_> {
        let MailerSettings { relay, connect_timeout, command_timeout, time_limit, .. } = &self.settings;
        let limits = Limits { connect: *connect_timeout, step: *command_timeout, whole: *time_limit };
        Line { relay, tls: &self.tls, hello: &self.hello, limits }
    }
}

#[async_trait]
impl Mail for Mailer {
    async fn send(&self, message: &Message) -> Result<Receipt, MailError> {
        let letter = compose::compose(message, &self.settings.sender)?;
        dialogue::deliver(&self.line(), &letter).await?;
        Ok(Receipt { message_id: letter.message_id })
    }
}
