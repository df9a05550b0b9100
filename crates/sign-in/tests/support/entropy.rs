//! The machine's randomness.

use ring::rand::{SecureRandom, SystemRandom};
use upivia_domain::ports::Entropy;

/// What the tests use where the server would give its own.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        SystemRandom::new().fill(buffer).unwrap();
    }
}
