//! Names of session cookies, and tokens that are too long for one: cut into `name.0`, `name.1` …

use upivia_domain::identity::{Cookie, SessionScheme};

use super::jwe;

/// A browser keeps cookies of up to 4,096 bytes; both libraries leave room for name and attributes.
const V4_CHUNK_BYTES: usize = 4_096 - 163;
const V5_CHUNK_BYTES: usize = 4_096 - 160;

/// More than the longest token needs.
const MOST_CHUNKS: usize = 8;

/// The name of the session cookie.
pub(super) fn name(scheme: SessionScheme, secure: bool) -> String {
    let prefix = if secure { "__Secure-" } else { "" };
    match scheme {
        SessionScheme::NextAuthV4 => format!("{prefix}next-auth.session-token"),
        SessionScheme::AuthJsV5 => format!("{prefix}authjs.session-token"),
    }
}

/// The cookies that carry a token.
pub(super) fn cut(scheme: SessionScheme, name: &str, token: &str) -> Vec<Cookie> {
    let most = match scheme {
        SessionScheme::NextAuthV4 => V4_CHUNK_BYTES,
        SessionScheme::AuthJsV5 => V5_CHUNK_BYTES,
    };
    if token.len() <= most {
        return vec![Cookie::new(name, token)];
    }
    // A token is ASCII: its bytes are its characters.
    let chunks = token.as_bytes().chunks(most).map(String::from_utf8_lossy);
    chunks.enumerate().map(|(index, chunk)| Cookie::new(format!("{name}.{index}"), chunk)).collect()
}

/// Whether a cookie is the session cookie of that name, or a part of one.
pub(super) fn belongs(cookie: &str, name: &str) -> bool {
    let is_index = |rest: &str| rest.strip_prefix('.').is_some_and(|index| index.parse::<u32>().is_ok());
    cookie.strip_prefix(name).is_some_and(|rest| rest.is_empty() || is_index(rest))
}

/// The tokens that the cookies of a request carry: the one in one piece, and the one in parts. Either may be a leftover.
pub(super) fn joined(cookies: &[Cookie], name: &str) -> Vec<String> {
    let parts: String = (0..MOST_CHUNKS).map_while(|index| value(cookies, &format!("{name}.{index}"))).collect();
    let whole = value(cookies, name).map(str::to_owned);
    let fits = |token: &String| !token.is_empty() && token.len() <= jwe::MOST_BYTES;
    whole.into_iter().chain([parts]).filter(fits).collect()
}

/// The first cookie of that name: browsers send the one with the most specific path first.
fn value<'a>(cookies: &'a [Cookie], name: &str) -> Option<&'a str> {
    let cookie = cookies.iter().find(|cookie| cookie.name == name)?;
    Some(cookie.value.expose().as_str()).filter(|value| value.len() <= jwe::MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "next-auth.session-token";

    fn texts(cookies: &[Cookie]) -> Vec<(&str, usize)> {
        cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.value.expose().len())).collect()
    }

    #[test]
    fn what_is_cut_is_joined_again_in_any_order() {
        for (scheme, most) in [(SessionScheme::NextAuthV4, 3_933), (SessionScheme::AuthJsV5, 3_936)] {
            let token: String = ('a'..='z').cycle().take(9_000).collect();
            let mut parts = cut(scheme, NAME, &token);
            let names = [("next-auth.session-token.0", most), ("next-auth.session-token.1", most)];
            assert_eq!(texts(&parts)[..2], names);
            assert_eq!(parts.len(), 3);
            parts.reverse();
            assert_eq!(joined(&parts, NAME), [token]);
            assert_eq!(cut(scheme, NAME, &"a".repeat(most)).len(), 1);
        }
    }

    #[test]
    fn leftovers_do_not_spoil_a_token() {
        let cookies = [Cookie::new(NAME, "whole"), Cookie::new(format!("{NAME}.0"), "old")];
        assert_eq!(joined(&cookies, NAME), ["whole", "old"]);
        let gap = [Cookie::new(format!("{NAME}.0"), "a"), Cookie::new(format!("{NAME}.2"), "c")];
        assert_eq!(joined(&gap, NAME), ["a"]);
    }

    #[test]
    fn too_much_is_nothing() {
        assert!(joined(&[Cookie::new(NAME, "a".repeat(jwe::MOST_BYTES + 1))], NAME).is_empty());
        let parts: Vec<_> = (0..5).map(|index| Cookie::new(format!("{NAME}.{index}"), "a".repeat(4_000))).collect();
        assert!(joined(&parts, NAME).is_empty());
    }

    #[test]
    fn only_parts_belong() {
        assert!(belongs(NAME, NAME) && belongs("next-auth.session-token.12", NAME));
        assert!(!belongs("next-auth.session-token.x", NAME) && !belongs("next-auth.session-token2", NAME));
        assert!(!belongs("__Secure-next-auth.session-token", NAME));
    }
}
