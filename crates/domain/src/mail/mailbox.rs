//! The address of a mailbox, as far as it can be judged without asking anybody.

use std::{fmt, str::FromStr};

/// Longest address, and longest part before its `@`, in bytes (RFC 5321, 4.5.3.1).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

/// `local@domain` in ASCII: dotted atoms before the `@`, a host name after it. Kept as written: the part before the `@` may
/// mean another mailbox in another case. Quoted parts, comments and address literals are refused: some servers read them
/// as others do not. A domain beyond ASCII is written in its `xn--` form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox(String);

/// Why a text is no mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as ada@example.com")]
pub struct InvalidMailbox;

impl Mailbox {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Mailbox {
    type Err = InvalidMailbox;
    fn from_str(text: &str) -> Result<Self, InvalidMailbox> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidMailbox)?;
        let fits = text.len() <= LONGEST && local.len() <= LONGEST_LOCAL;
        let is_valid = fits && local.split('.').all(is_atom) && domain.split('.').all(is_label);
        is_valid.then(|| Self(text.to_owned())).ok_or(InvalidMailbox)
    }
}

fn is_atom(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

fn is_label(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (1..=LONGEST_LABEL).contains(&text.len()) && is_plain && !text.starts_with('-') && !text.ends_with('-')
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_kept_as_written() {
        for good in ["ada@example.com", "Ada.L+tag@mail.example.com", "x@localhost", "o'neil@xn--bcher-kva.example"] {
            assert_eq!(good.parse::<Mailbox>().unwrap().as_str(), good);
        }
        assert_eq!("ada@example.com".parse::<Mailbox>().unwrap().domain(), "example.com");
    }

    #[test]
    fn what_two_servers_could_read_differently_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_domain = format!("a@{}com", "abcdefg.".repeat(32));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "a@b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "ada@example..com",
            "ada@-example.com",
            "ada@example.com.",
            "ada@[127.0.0.1]",
            "\"ada b\"@example.com",
            "Ada <ada@example.com>",
            "ada@example.com, eve@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\n",
            "ada\0@example.com",
            "ada@bücher.example",
            long_local.as_str(),
            long_domain.as_str(),
        ] {
            assert_eq!(bad.parse::<Mailbox>(), Err(InvalidMailbox), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_a_character_that_a_header_gives_a_meaning(text in "\\PC*|[ -~\r\n]*@[ -~\r\n]*") {
            if let Ok(mailbox) = text.parse::<Mailbox>() {
                prop_assert!(!mailbox.as_str().contains(|c: char| c.is_control() || " ,;:<>()[]\\\"".contains(c)));
            }
        }
    }
}
