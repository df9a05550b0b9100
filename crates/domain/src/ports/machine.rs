//! Time, randomness, ids and hashing.

use uuid::Uuid;

use crate::{Timestamp, identity::CredentialHash};

/// The node's wall clock.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present. May go back when the machine's clock is set; the ledger copes with that per organization.
    fn now(&self) -> Timestamp;
}

/// Cryptographically secure randomness.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Entropy: Send + Sync {
    /// Fills the buffer. MUST be unpredictable: keys and salts come from here.
    fn fill(&self, buffer: &mut [u8]);
}

/// Ids of new things.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Ids: Send + Sync {
    /// A UUIDv7. MUST be greater than every one before it in this process, also when the clock goes back.
    fn uuid(&self) -> Uuid;
}

/// The keyed hash under which tokens are stored and found.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait TokenHasher: Send + Sync {
    /// MUST be deterministic for one installation and useless without its secret pepper.
    fn hash(&self, token: &str) -> CredentialHash;
}
