//! The keyed hash of tokens.

use upivia_domain::{audit::chain_hash, identity::CredentialHash, ports::TokenHasher};

/// SHA-256 over a pepper and the token. As safe as the pepper is secret; one that stands in a test is not.
#[derive(Clone)]
pub struct PepperedHasher {
    pepper: [u8; 32],
}

impl PepperedHasher {
    /// Over that pepper.
    pub const fn new(pepper: [u8; 32]) -> Self {
        Self { pepper }
    }
}

impl TokenHasher for PepperedHasher {
    fn hash(&self, token: &str) -> CredentialHash {
        CredentialHash(chain_hash(0, &self.pepper, token.as_bytes()))
    }
}

impl std::fmt::Debug for PepperedHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PepperedHasher(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_follows_from_token_and_pepper() {
        let (one, other) = (PepperedHasher::new([1; 32]), PepperedHasher::new([2; 32]));
        assert_eq!(one.hash("token"), one.hash("token"));
        assert_ne!(one.hash("token"), one.hash("nekot"));
        assert_ne!(one.hash("token"), other.hash("token"));
        assert_eq!(format!("{one:?}"), "PepperedHasher(***)");
    }
}
