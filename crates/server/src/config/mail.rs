//! The relay for live mails and who they come from: both, or neither.

use anyhow::{Result, anyhow, bail};
use upivia_mail::{MailerSettings, Relay, Sender};

use super::Settings;

/// What a mailer needs, where there is to be one.
///
/// # Errors
///
/// One without the other, or one that is none; the words repeat no password.
pub fn mail(settings: &Settings) -> Result<Option<MailerSettings>> {
    let (url, from) = match (&settings.smtp_url, &settings.mail_from) {
        (None, None) => return Ok(None),
        (Some(url), Some(from)) => (url, from),
        (Some(_), None) => bail!("mail_from is needed with smtp_url: who mails come from"),
        (None, Some(_)) => bail!("smtp_url is needed with mail_from: who takes the mails"),
    };
    let relay = Relay::parse(url.expose()).map_err(|error| anyhow!("smtp_url {error}"))?;
    let sender: Sender = from.parse().map_err(|error| anyhow!("mail_from {error}"))?;
    let time_limit = settings.provider_timeout.duration();
    Ok(Some(MailerSettings { time_limit, ..MailerSettings::new(relay, sender) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::show;

    fn settings(url: Option<&str>, from: Option<&str>) -> Settings {
        Settings { smtp_url: url.map(Into::into), mail_from: from.map(str::to_owned), ..Settings::default() }
    }

    #[test]
    fn both_or_neither() {
        let url = "smtp://ada:hunter2@mail.example.com";
        assert!(mail(&settings(None, None)).unwrap().is_none());
        let made = mail(&settings(Some(url), Some("Acme <no-reply@example.com>"))).unwrap().unwrap();
        assert_eq!(made.time_limit, Settings::default().provider_timeout.duration());
        assert!(!made.relay.is_readable_on_the_way());
        for (settings, name) in [
            (settings(Some(url), None), "mail_from"),
            (settings(None, Some("a@b.c")), "smtp_url"),
            (settings(Some("mail.example.com:hunter2"), Some("a@b.c")), "smtp_url"),
            (settings(Some("smtp://ada:hunter2@"), Some("a@b.c")), "smtp_url"),
            (settings(Some(url), Some("nobody")), "mail_from"),
        ] {
            let refused = mail(&settings).unwrap_err().to_string();
            assert!(refused.contains(name) && !refused.contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let shown = show(&settings(Some("smtp://ada:hunter2@h"), Some("a@b.c"))).unwrap();
        assert!(shown.contains("smtp_url = \"***\"") && !shown.contains("hunter2"), "{shown}");
    }
}
