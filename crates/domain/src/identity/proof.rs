//! Signing in at somebody else's: the secrets of one attempt, what comes back, and who the person is. The protocol is an
//! adapter's business ([`crate::ports::IdentityProvider`]).

use super::Email;
use crate::{CommandId, Secret, Timestamp, UserId, ports::Entropy};

const RANDOM_BYTES: usize = 32;

/// The secrets of one attempt to sign in. They stay with the browser that began it, unreadable for anybody else, until
/// it comes back; each attempt is used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInAttempt {
    /// Ties the way back to the browser that left.
    pub state: Secret<String>,
    /// Ties the identity token to this attempt.
    pub nonce: Secret<String>,
    /// Ties the code to who asked for it (PKCE); 43 to 128 unreserved characters.
    pub pkce_verifier: Secret<String>,
    /// Where the browser wants to be once it is back; nothing that comes in is trusted to be a place of ours.
    pub landing: Option<String>,
}

impl SignInAttempt {
    /// A new attempt, of 256 random bits in each secret.
    pub fn begin(entropy: &dyn Entropy) -> Self {
        let random = || Secret::new(random_text(entropy));
        Self { state: random(), nonce: random(), pkce_verifier: random(), landing: None }
    }
}

fn random_text(entropy: &dyn Entropy) -> String {
    let mut random = [0; RANDOM_BYTES];
    entropy.fill(&mut random);
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the browser brings back from the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationReply {
    /// The code to exchange, `code`.
    pub code: Secret<String>,
    /// The state as it came back, `state`.
    pub state: Secret<String>,
    /// Who says that it answered, `iss` (RFC 9207).
    pub issuer: Option<String>,
}

/// Who a person is, by the word of a provider. Known again by `issuer` and `subject`, never by `email`: addresses change
/// hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenIdentity {
    /// The provider.
    pub issuer: String,
    /// Its unchanging id of the person.
    pub subject: String,
    /// An address that the provider says it has verified; absent where it has none, or has not verified it.
    pub email: Option<Email>,
    /// How they are called.
    pub name: Option<String>,
}

/// Whom a provider's person is here. One person has at most one identity of a provider: another one of theirs may be
/// somebody to whom their address went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The provider.
    pub issuer: String,
    /// Its unchanging id of the person.
    pub subject: String,
    /// The person.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
}

impl LinkedIdentity {
    /// Whether it is what that provider calls that person.
    pub fn is_of(&self, issuer: &str, user: UserId) -> bool {
        self.issuer == issuer && self.user == user
    }

    /// A name for paths, always the same one, that tells nothing of the subject.
    pub fn id(&self) -> String {
        let derived = CommandId::derived(&["linked identity", &self.issuer, &self.subject]);
        format!("idn_{}", derived.uuid().simple())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn the_secrets_of_an_attempt_differ_and_do_not_print() {
        let attempt = SignInAttempt::begin(&Counting(AtomicU8::new(7)));
        assert_eq!(attempt.state.expose(), &"07".repeat(32));
        assert_eq!(attempt.nonce.expose(), &"08".repeat(32));
        assert_eq!(attempt.pkce_verifier.expose(), &"09".repeat(32));
        assert!(!format!("{attempt:?}").contains("07"));
    }
}
