//! A message as the bytes of a mail: seven bits, lines of CRLF, and nothing of the caller's in a header but encoded text.

use lettre::{
    Address,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use upivia_domain::{mail::Message, ports::MailError};

use crate::Sender;

const REQUEST_ID: &str = "X-Upivia-Request-Id";

/// A mail in its envelope.
pub(crate) struct Letter {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) message_id: String,
    pub(crate) bytes: Vec<u8>,
}

/// Writes the mail. The same message always gets the same `Message-ID`.
pub(crate) fn compose(message: &Message, sender: &Sender) -> Result<Letter, MailError> {
    let from = address(sender.mailbox.as_str())?;
    let to = address(message.to.as_str())?;
    let message_id = format!("<{}@{}>", message.id.as_str(), sender.mailbox.domain());
    let mut mail = lettre::Message::builder()
        .from(Mailbox::new(sender.name.clone(), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(message.subject.as_str())
        .message_id(Some(message_id.clone()))
        .header(ContentType::TEXT_PLAIN);
    if let Some(request) = message.request {
        mail = mail.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(REQUEST_ID), request.to_string()));
    }
    let mail = mail.body(body(message.text.as_str())?).map_err(|_| unwritable())?;
    let mut bytes = mail.formatted();
    // The final dot begins with the line break that ends the text: another one would be a blank line.
    if bytes.ends_with(b"\r\n") {
        bytes.truncate(bytes.len() - 2);
    }
    Ok(Letter { from, to, message_id, bytes })
}

/// Servers disagree on what a lone CR or LF ends, and a text must not be able to end the mail: every line break becomes
/// CRLF, and a text with other control characters is wrapped so that none is left.
fn body(text: &str) -> Result<Body, MailError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Body::new_with_encoding(text, ContentTransferEncoding::Base64).map_err(|_| unwritable());
    }
    Ok(Body::new(text))
}

fn address(text: &str) -> Result<Address, MailError> {
    text.parse().map_err(|_| unwritable())
}

fn unwritable() -> MailError {
    MailError::NotSent("the mail cannot be written".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use upivia_domain::{RequestId, Uuid};

    use super::*;

    fn written(subject: &str, text: &str) -> String {
        let request = RequestId::new(Uuid::from_u128(7));
        let (to, subject, text) = ("Ada@example.com".parse().unwrap(), subject.parse().unwrap(), text.parse().unwrap());
        let message = Message { id: request.into(), request: Some(request), to, subject, text };
        let letter = compose(&message, &"Büro <no-reply@acme.example>".parse().unwrap()).unwrap();
        assert_eq!(letter.message_id, format!("<{request}@acme.example>"));
        String::from_utf8(letter.bytes).unwrap()
    }

    #[test]
    fn a_mail_names_its_sending_and_is_seven_bits() {
        let mail = written("Grüße", "Zehn € für dich.");
        let id = RequestId::new(Uuid::from_u128(7));
        assert!(mail.contains(&format!("\r\nMessage-ID: <{id}@acme.example>\r\n")), "{mail}");
        assert!(mail.contains(&format!("\r\nX-Upivia-Request-Id: {id}\r\n")), "{mail}");
        assert!(mail.contains("To: Ada@example.com\r\n") && mail.contains("<no-reply@acme.example>\r\n"), "{mail}");
        assert!(mail.contains("Subject: =?utf-8?") && mail.contains("\r\nDate: "), "{mail}");
        assert!(mail.is_ascii());
    }

    #[test]
    fn every_line_ends_with_both_characters_and_is_not_too_long() {
        for text in ["a\nb\rc\r\nd", "\r.\r\n", "\n.\n", "x\0\u{1b}y\n.\r", "é\r.\r", &"long ".repeat(1_000)] {
            let mail = written("x", text);
            assert!(!mail.replace("\r\n", "").contains(['\r', '\n', '\0', '\u{1b}']), "{text:?}: {mail}");
            assert!(mail.split("\r\n").all(|line| line.len() <= 998), "{text:?}");
        }
    }

    #[test]
    fn a_long_subject_stays_one_header() {
        for subject in ["ü".repeat(998), "a".repeat(998), "a ".repeat(499), "x: y, ".repeat(166)] {
            let mail = written(&subject, "x");
            let (head, _) = mail.split_once("\r\n\r\n").unwrap();
            let is_header =
                |line: &str| line.starts_with(' ') || line.split(':').next().is_some_and(|name| !name.contains(' '));
            assert!(head.split("\r\n").all(is_header), "{head}");
            assert_eq!(head.matches("\r\nSubject: ").count(), 1);
        }
    }

    proptest! {
        #[test]
        fn every_mailbox_of_the_domain_can_be_written(
            local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,60}(\\.[a-z]{1,3})?",
            domain in "([a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?\\.){0,3}[a-zA-Z0-9]{1,63}",
        ) {
            let mailbox: upivia_domain::mail::Mailbox = format!("{local}@{domain}").parse().unwrap();
            prop_assert!(address(mailbox.as_str()).is_ok(), "{}", mailbox);
        }

        #[test]
        fn no_text_breaks_out_of_the_mail(subject in "[^\\p{Cc}]{0,200}", text in "(?s).{0,300}") {
            let mail = written(&subject, &format!("{text}x"));
            prop_assert!(mail.is_ascii() && !mail.replace("\r\n", "").contains(['\r', '\n']));
            let (head, _) = mail.split_once("\r\n\r\n").unwrap();
            prop_assert_eq!(head.lines().filter(|line| line.starts_with("To:")).count(), 1);
            prop_assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")));
        }
    }
}
