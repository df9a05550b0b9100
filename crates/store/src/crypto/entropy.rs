//! The system's randomness.

use ring::rand::{SecureRandom, SystemRandom};
use upivia_domain::ports::Entropy;

use super::CryptoError;

/// Random bytes of the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::panic, reason = "a key or a salt of predictable bytes is worse than a request that ends here")]
    fn fill(&self, buffer: &mut [u8]) {
        if try_fill(buffer).is_err() {
            panic!("the operating system gave no random bytes");
        }
    }
}

pub(super) fn try_fill(buffer: &mut [u8]) -> Result<(), CryptoError> {
    SystemRandom::new().fill(buffer).map_err(|_| CryptoError::NoEntropy)
}
