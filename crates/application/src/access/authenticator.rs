//! From a bearer token to a caller.

use std::sync::Arc;

use upivia_domain::{
    OrgId, UserId,
    identity::{Credential, CredentialHash, CredentialKind, TokenKind},
    ports::{Clock, CredentialQueries, StoreError, TokenHasher, TokenUses},
};

use super::{AgentCaller, Principal, UserCaller, known_keys::KnownKeys, uses::Uses};

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The token is missing, malformed, unknown, expired or revoked. Which of these is nobody's business.
    #[error("the credential is missing, expired or revoked")]
    Unauthorized,
    /// The store could not be asked: nobody is let in on a guess.
    #[error("credentials cannot be checked at the moment")]
    Unavailable,
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a credential could not be read");
        Self::Unavailable
    }
}

/// Finds out who is asking.
pub struct Authenticator {
    credentials: Arc<dyn CredentialQueries>,
    hasher: Arc<dyn TokenHasher>,
    clock: Arc<dyn Clock>,
    known: KnownKeys,
    uses: Option<Uses>,
}

impl Authenticator {
    /// An authenticator over stored credentials.
    pub fn new(credentials: Arc<dyn CredentialQueries>, hasher: Arc<dyn TokenHasher>, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, hasher, clock, known: KnownKeys::default(), uses: None }
    }

    /// The same; it also notes when tokens of people are used.
    #[must_use]
    pub fn noting(self, uses: Arc<dyn TokenUses>) -> Self {
        Self { uses: Some(Uses::new(uses)), ..self }
    }

    /// The caller that a token speaks for at this moment. Always reads the stored credential.
    ///
    /// # Errors
    ///
    /// [`AccessError::Unauthorized`] for a token that opens nothing, [`AccessError::Unavailable`] when the store fails.
    pub async fn authenticate(&self, token: &str) -> Result<Principal, AccessError> {
        TokenKind::of(token).ok_or(AccessError::Unauthorized)?;
        self.look_up(&self.hasher.hash(token)).await
    }

    /// The same for a request that will be admitted: a known agent key is not read again, for the admission reads in its
    /// own transaction whether the key is still valid.
    ///
    /// # Errors
    ///
    /// As [`Authenticator::authenticate`].
    pub async fn authenticate_for_dispatch(&self, token: &str) -> Result<Principal, AccessError> {
        TokenKind::of(token).ok_or(AccessError::Unauthorized)?;
        let hash = self.hasher.hash(token);
        if let Some(caller) = self.known.find(&hash) {
            return Ok(Principal::Agent(caller));
        }
        let principal = self.look_up(&hash).await?;
        if let Principal::Agent(caller) = &principal {
            self.known.remember(hash, *caller);
        }
        Ok(principal)
    }

    async fn look_up(&self, hash: &CredentialHash) -> Result<Principal, AccessError> {
        let found = self.credentials.credential(hash).await?;
        let now = self.clock.now();
        let credential = found.filter(|credential| credential.status.is_valid(now)).ok_or(AccessError::Unauthorized)?;
        match credential.kind {
            CredentialKind::AgentKey { agent, mode } => {
                Ok(Principal::Agent(AgentCaller { org: credential.org, agent, credential: credential.id, mode }))
            }
            CredentialKind::PersonalToken { user } => {
                let caller = self.person(&credential, user).await?;
                if let Some(uses) = &self.uses {
                    uses.note(credential.id, now);
                }
                Ok(Principal::User(caller))
            }
        }
    }

    /// A token opens the organization it is bound to, and only as long as its owner belongs there.
    async fn person(&self, credential: &Credential, user: UserId) -> Result<UserCaller, AccessError> {
        let org: OrgId = credential.org;
        let person = self.credentials.user(user).await?.ok_or(AccessError::Unauthorized)?;
        let standing = self.credentials.standing(org, user, Some(credential.id)).await?;
        let caller = UserCaller::standing((org, user), Some(credential.id), person.email, standing);
        caller.ok_or(AccessError::Unauthorized)
    }
}

#[cfg(test)]
#[path = "authenticator_tests.rs"]
mod tests;
