//! What an operator decides about sessions.

use upivia_domain::{Secret, identity::SessionScheme};

/// The shared secrets, and what is written.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// What the Next.js application has as `NEXTAUTH_SECRET` or `AUTH_SECRET`: the first one writes, all of them read.
    pub secrets: Vec<Secret<String>>,
    /// The scheme of new sessions; those of the other one are read, too.
    pub writes: SessionScheme,
    /// Whether people come by https. Then only cookies whose names say so (`__Secure-`) are written and read: a page that
    /// came by plain http cannot plant them.
    pub secure: bool,
}

/// Why settings make no sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSessionSettings {
    /// None, or more than can be tried for each cookie.
    #[error("there must be 1 to 8 session secrets")]
    Secrets,
    /// A secret that can be guessed opens every session.
    #[error("a session secret must have at least 32 bytes: openssl rand -base64 32")]
    ShortSecret,
}

impl SessionSettings {
    const SECRETS: std::ops::RangeInclusive<usize> = 1..=8;
    const FEWEST_BYTES: usize = 32;

    pub(super) fn check(&self) -> Result<(), InvalidSessionSettings> {
        if !Self::SECRETS.contains(&self.secrets.len()) {
            return Err(InvalidSessionSettings::Secrets);
        }
        let long = self.secrets.iter().all(|secret| secret.expose().len() >= Self::FEWEST_BYTES);
        long.then_some(()).ok_or(InvalidSessionSettings::ShortSecret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secrets: Vec<String>) -> Result<(), InvalidSessionSettings> {
        let secrets = secrets.into_iter().map(Secret::new).collect();
        SessionSettings { secrets, writes: SessionScheme::NextAuthV4, secure: true }.check()
    }

    #[test]
    fn secrets_are_counted_and_measured() {
        assert_eq!(check(vec![]), Err(InvalidSessionSettings::Secrets));
        assert_eq!(check(vec!["x".repeat(32); 9]), Err(InvalidSessionSettings::Secrets));
        assert_eq!(check(vec!["x".repeat(32), "short".to_owned()]), Err(InvalidSessionSettings::ShortSecret));
        assert_eq!(check(vec!["x".repeat(32); 8]), Ok(()));
    }
}
