//! How the text of a key or token is made. What is kept of it is its keyed hash, see [`upivia_domain::ports::TokenHasher`].

use upivia_domain::{Secret, audit::hex, identity::TokenKind, ports::Entropy};

const RANDOM_BYTES: usize = 32;

/// A new bearer token: the prefix of its kind and 256 random bits in hexadecimal. Show it once; keep its hash.
pub fn mint_token(kind: TokenKind, entropy: &dyn Entropy) -> Secret<String> {
    let mut random = [0; RANDOM_BYTES];
    entropy.fill(&mut random);
    Secret::new(format!("{}{}", kind.prefix(), hex(&random)))
}

/// What the token of a link in a mail opens, told by its first characters. None of them is a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// An invitation.
    Invite,
    /// The way to a new password.
    PasswordReset,
}

impl LinkKind {
    /// What every such token begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Invite => "upivia_invite_",
            Self::PasswordReset => "upivia_reset_",
        }
    }
}

/// A new token of a link, made like [`mint_token`].
pub fn mint_link(kind: LinkKind, entropy: &dyn Entropy) -> Secret<String> {
    let mut random = [0; RANDOM_BYTES];
    entropy.fill(&mut random);
    Secret::new(format!("{}{}", kind.prefix(), hex(&random)))
}

#[cfg(test)]
mod tests {
    use upivia_domain::Mode;

    use super::*;

    /// Fills with its own byte, so that the test sees where the bytes go.
    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn a_token_is_its_prefix_and_all_of_its_random_bytes() {
        for kind in [TokenKind::AgentKey(Mode::Live), TokenKind::AgentKey(Mode::Test), TokenKind::PersonalToken] {
            let token = mint_token(kind, &Constant(0xab));
            assert_eq!(TokenKind::of(token.expose()), Some(kind));
            assert_eq!(token.expose().strip_prefix(kind.prefix()), Some("ab".repeat(RANDOM_BYTES).as_str()));
        }
    }

    #[test]
    fn the_token_of_a_link_is_no_bearer_token() {
        for kind in [LinkKind::Invite, LinkKind::PasswordReset] {
            let token = mint_link(kind, &Constant(0xab));
            assert_eq!(token.expose().strip_prefix(kind.prefix()), Some("ab".repeat(RANDOM_BYTES).as_str()));
            assert_eq!(TokenKind::of(token.expose()), None);
        }
    }
}
