//! Who mails come from: `no-reply@example.com` or `Example <no-reply@example.com>`.

use std::{fmt, str::FromStr};

use upivia_domain::mail::Mailbox;

const LONGEST_NAME: usize = 100;

/// The address in `From`, with a name where one is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub(crate) name: Option<String>,
    pub(crate) mailbox: Mailbox,
}

/// Why a text is no sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidSender;

impl fmt::Display for InvalidSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be as no-reply@example.com or Example <no-reply@example.com>")
    }
}

impl std::error::Error for InvalidSender {}

impl FromStr for Sender {
    type Err = InvalidSender;
    fn from_str(text: &str) -> Result<Self, InvalidSender> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(named) => named.rsplit_once('<').ok_or(InvalidSender)?,
            None => ("", text),
        };
        let name = name.trim().trim_matches('"');
        let fits = name.chars().count() <= LONGEST_NAME && !name.chars().any(|c| c.is_control() || "<>\"".contains(c));
        let mailbox = address.parse().map_err(|_| InvalidSender)?;
        let name = Some(name).filter(|name| !name.is_empty()).map(str::to_owned);
        fits.then_some(Self { name, mailbox }).ok_or(InvalidSender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_may_have_a_name() {
        let read = |text: &str| text.parse().map(|Sender { name, mailbox }| (name, mailbox.to_string()));
        let address = || "no-reply@example.com".to_owned();
        assert_eq!(read("no-reply@example.com"), Ok((None, address())));
        assert_eq!(read("<no-reply@example.com>"), Ok((None, address())));
        assert_eq!(read("Büro Köln <no-reply@example.com>"), Ok((Some("Büro Köln".to_owned()), address())));
        assert_eq!(read("\"Acme, Inc.\" <no-reply@example.com>"), Ok((Some("Acme, Inc.".to_owned()), address())));
        for bad in ["", "Acme", "Acme <acme>", "A\r\nBcc: b@c.de <a@b.c>", "a@b.c, d@e.f", "A <a@b.c> <d@e.f>"] {
            assert_eq!(bad.parse::<Sender>(), Err(InvalidSender), "{bad:?}");
        }
    }
}
