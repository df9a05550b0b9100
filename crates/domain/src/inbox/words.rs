//! Links in requests: people follow them, so they lead to web pages only.

use std::{fmt, str::FromStr};

/// An address that a browser opens without running anything of its own: `https://…` or `http://…`, at most 2,000
/// characters, or a path on this server that begins with one slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

/// Why a text is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an http or https address, or a path that begins with /, of at most 2000 characters")]
pub struct InvalidLink;

impl Link {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Link {
    type Err = InvalidLink;
    fn from_str(text: &str) -> Result<Self, InvalidLink> {
        let text = text.trim();
        let after = |scheme: &str| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
        let is_path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        let is_plain = text.len() <= 2_000 && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        let leads_somewhere = after("https://") || after("http://") || is_path;
        (is_plain && leads_somewhere).then(|| Self(text.to_owned())).ok_or(InvalidLink)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_run_nothing_and_leave_for_nowhere_else() {
        for fine in ["https://example.com/a?b=c", "http://10.0.0.1", "/agents/agt_1"] {
            assert_eq!(fine.parse::<Link>().map(|link| link.to_string()), Ok(fine.to_owned()));
        }
        let long = format!("https://{}", "x".repeat(2_000));
        for wrong in ["", "javascript:alert(1)", "//evil.test", "https://", "a b", "/a\\b", "data:text/html,x", &long] {
            assert_eq!(wrong.parse::<Link>(), Err(InvalidLink), "{wrong:?}");
        }
    }
}
