//! The mail server that takes everything: `smtp://user:password@host:587?tls=…` or `smtps://…`.
//!
//! | written | speaks |
//! |---|---|
//! | `smtps://host` | TLS from the first byte, port 465 |
//! | `smtp://host` | STARTTLS, port 587; plaintext where the host is this machine |
//! | `…?tls=starttls`, `…?tls=required` | STARTTLS; a server that does not offer it gets no mail |
//! | `…?tls=none` | plaintext, wherever the host is |

use std::{fmt, net::IpAddr};

use upivia_domain::Secret;

const SUBMISSION_PORT: u16 = 587;
const TLS_PORT: u16 = 465;

/// How the way to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said; without it nothing is.
    StartTls,
    /// Everything can be read on the way.
    Plain,
}

/// Where mails are handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) sign_in: Option<(String, Secret<String>)>,
}

/// Why a text names no relay. It repeats nothing of the text, which holds a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidRelay {
    /// Neither of the two schemes.
    Scheme,
    /// No host, or one that cannot be.
    Host,
    /// No number from 1 to 65535.
    Port,
    /// A user without a password, a password without a user, or one that is not percent-encoded.
    SignIn,
    /// Something else than `tls=starttls`, `tls=required` or `tls=none`, or any of them with `smtps`.
    Query,
    /// A path or a fragment.
    Path,
}

impl fmt::Display for InvalidRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "must begin with smtp:// or smtps://",
            Self::Host => "names no host",
            Self::Port => "must have a port from 1 to 65535",
            Self::SignIn => "must have both user and password or neither, with special characters as %40",
            Self::Query => "knows tls=starttls, tls=required and tls=none, and with smtps:// none of them",
            Self::Path => "must end after the port or ?tls=…",
        })
    }
}

impl std::error::Error for InvalidRelay {}

impl Relay {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// See [`InvalidRelay`].
    pub fn parse(url: &str) -> Result<Self, InvalidRelay> {
        let (scheme, rest) = url.split_once("://").ok_or(InvalidRelay::Scheme)?;
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '#']) {
            return Err(InvalidRelay::Path);
        }
        let (sign_in, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
        let (host, port) = host_and_port(place)?;
        let security = security(scheme, query, is_this_machine(&host))?;
        let usual = if security == Security::Tls { TLS_PORT } else { SUBMISSION_PORT };
        let sign_in = sign_in.map(user_and_password).transpose()?;
        Ok(Self { host, port: port.unwrap_or(usual), security, sign_in })
    }

    /// How the way there is protected.
    pub const fn security(&self) -> Security {
        self.security
    }

    /// Whether mails and the password can be read by others on the way.
    pub fn is_readable_on_the_way(&self) -> bool {
        self.security == Security::Plain && !is_this_machine(&self.host)
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}:{}, {:?})", self.host, self.port, self.security)
    }
}

fn security(scheme: &str, query: Option<&str>, is_here: bool) -> Result<Security, InvalidRelay> {
    match (scheme, query) {
        ("smtps", None) => Ok(Security::Tls),
        ("smtp", Some("tls=starttls" | "tls=required")) => Ok(Security::StartTls),
        ("smtp", Some("tls=none")) => Ok(Security::Plain),
        ("smtp", None) => Ok(if is_here { Security::Plain } else { Security::StartTls }),
        ("smtp" | "smtps", Some(_)) => Err(InvalidRelay::Query),
        _ => Err(InvalidRelay::Scheme),
    }
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), InvalidRelay> {
    // The colons inside the brackets of an IPv6 address are its own.
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or(InvalidRelay::Port)?)),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if host.is_empty() || !(is_name || host.parse::<IpAddr>().is_ok()) {
        return Err(InvalidRelay::Host);
    }
    let number = |port: &str| port.parse().ok().filter(|port| *port > 0).ok_or(InvalidRelay::Port);
    Ok((host.to_owned(), port.map(number).transpose()?))
}

fn user_and_password(text: &str) -> Result<(String, Secret<String>), InvalidRelay> {
    let (user, password) = text.split_once(':').ok_or(InvalidRelay::SignIn)?;
    let plain = |text| percent_decoded(text).filter(|text| !text.is_empty()).ok_or(InvalidRelay::SignIn);
    Ok((plain(user)?, Secret::new(plain(password)?)))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        bytes.push(is_hex.then(|| u8::from_str_radix(digits, 16).ok())??);
        bytes.extend_from_slice(rest.as_bytes());
    }
    // The SMTP dialogue ends lines and fields with these.
    String::from_utf8(bytes).ok().filter(|text| !text.contains(['\0', '\r', '\n']))
}

fn is_this_machine(host: &str) -> bool {
    host.parse::<IpAddr>().map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, u16, Security) {
        let relay = Relay::parse(url).unwrap();
        (relay.host, relay.port, relay.security)
    }

    #[test]
    fn the_scheme_the_query_and_the_place_decide_how_it_speaks() {
        assert_eq!(read("smtps://mail.example.com"), ("mail.example.com".to_owned(), 465, Security::Tls));
        assert_eq!(read("smtp://mail.example.com"), ("mail.example.com".to_owned(), 587, Security::StartTls));
        assert_eq!(read("smtp://mail.example.com:25/?tls=required").1, 25);
        assert_eq!(read("smtp://127.0.0.1:2525"), ("127.0.0.1".to_owned(), 2525, Security::Plain));
        assert_eq!(read("smtp://[::1]:2525"), ("::1".to_owned(), 2525, Security::Plain));
        assert_eq!(read("smtp://localhost?tls=starttls").2, Security::StartTls);
        assert_eq!(read("smtp://mail.example.com?tls=none").2, Security::Plain);
    }

    #[test]
    fn plaintext_to_elsewhere_is_known_as_such() {
        let readable = |url| Relay::parse(url).unwrap().is_readable_on_the_way();
        assert!(readable("smtp://mail.example.com?tls=none"));
        assert!(!readable("smtp://localhost?tls=none") && !readable("smtp://mail.example.com"));
        assert!(!readable("smtps://mail.example.com"));
    }

    #[test]
    fn user_and_password_are_percent_encoded_and_never_printed() {
        let relay = Relay::parse("smtp://ada%40example.com:p%40ss%3Aw%C3%B6rd@h:587").unwrap();
        assert!(!format!("{relay:?}").contains("ada") && !format!("{relay:?}").contains("ss"));
        let (user, password) = relay.sign_in.unwrap();
        assert_eq!((user.as_str(), password.expose().as_str()), ("ada@example.com", "p@ss:wörd"));
    }

    #[test]
    fn what_is_no_relay_is_refused() {
        for (url, why) in [
            ("mail.example.com:587", InvalidRelay::Scheme),
            ("http://mail.example.com", InvalidRelay::Scheme),
            ("smtp://", InvalidRelay::Host),
            ("smtp://a b", InvalidRelay::Host),
            ("smtp://h\r\nQUIT", InvalidRelay::Host),
            ("smtp://h:0", InvalidRelay::Port),
            ("smtp://h:70000", InvalidRelay::Port),
            ("smtp://[::1]2525", InvalidRelay::Port),
            ("smtp://ada@h", InvalidRelay::SignIn),
            ("smtp://ada:@h", InvalidRelay::SignIn),
            ("smtp://ada:p%4@h", InvalidRelay::SignIn),
            ("smtp://ada:p%0d%0a@h", InvalidRelay::SignIn),
            ("smtp://h?tls=maybe", InvalidRelay::Query),
            ("smtps://h?tls=none", InvalidRelay::Query),
            ("smtp://h/path", InvalidRelay::Path),
        ] {
            assert_eq!(Relay::parse(url).err(), Some(why), "{url}");
        }
    }
}
