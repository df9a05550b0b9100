//! Passwords, hashed with Argon2id.

mod argon;
mod gate;

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    Secret,
    identity::{NewPassword, PasswordCheck, PasswordHash},
    ports::{Entropy, PasswordFault, PasswordHasher},
};

use argon::Argon;
use gate::Gate;

const SALT_BYTES: usize = 16;

/// What a hash costs, and how many may be computed. The default is what OWASP asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordSettings {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Hashes computed at once: they take so many processors and so many times the memory.
    pub at_once: usize,
    /// Callers that may wait beyond those; the next one is told that it is busy.
    pub waiting: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self { memory_kib: 19 * 1_024, passes: 2, at_once: 2, waiting: 64 }
    }
}

/// Hashes on threads that may block, a bounded number at once.
pub struct Argon2Passwords {
    argon: Argon,
    gate: Gate,
    entropy: Arc<dyn Entropy>,
    nobody: Arc<PasswordHash>,
}

impl Argon2Passwords {
    /// Computes one hash at once: the one that stands in for people who do not exist.
    ///
    /// # Errors
    ///
    /// [`PasswordFault::Failed`] if the settings are out of the algorithm's range.
    pub fn new(settings: PasswordSettings, entropy: Arc<dyn Entropy>) -> Result<Self, PasswordFault> {
        let argon = Argon::new(settings.memory_kib, settings.passes)?;
        let nobody = argon.hash(&random::<32>(&*entropy), &random::<SALT_BYTES>(&*entropy))?;
        Ok(Self { argon, gate: Gate::new(settings.at_once, settings.waiting), entropy, nobody: Arc::new(nobody) })
    }

    async fn compare(&self, attempt: &Secret<String>, kept: Arc<PasswordHash>) -> Result<PasswordCheck, PasswordFault> {
        let (argon, attempt) = (self.argon.clone(), attempt.clone());
        self.gate.run(move || argon.verify(attempt.expose().as_bytes(), &kept)).await
    }
}

#[async_trait]
impl PasswordHasher for Argon2Passwords {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, PasswordFault> {
        let (argon, password) = (self.argon.clone(), password.clone());
        let salt = random::<SALT_BYTES>(&*self.entropy);
        self.gate.run(move || argon.hash(password.expose().as_bytes(), &salt)).await
    }

    async fn verify(&self, attempt: &Secret<String>, kept: &PasswordHash) -> Result<PasswordCheck, PasswordFault> {
        self.compare(attempt, Arc::new(kept.clone())).await
    }

    async fn verify_nothing(&self, attempt: &Secret<String>) -> Result<(), PasswordFault> {
        self.compare(attempt, Arc::clone(&self.nobody)).await.map(drop)
    }
}

fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
