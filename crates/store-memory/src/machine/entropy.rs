//! Bytes that look random and are not.

use std::sync::atomic::{AtomicU64, Ordering};

use upivia_domain::ports::Entropy;

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// For tests only: whoever knows the seed knows every key and salt that was made from it.
#[derive(Debug)]
pub struct SequenceEntropy(AtomicU64);

impl SequenceEntropy {
    /// The same seed gives the same bytes.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    // SplitMix64: consecutive states give words without visible pattern, so that nothing made of them collides.
    fn word(&self) -> u64 {
        let state = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SequenceEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let word = self.word().to_le_bytes();
            chunk.iter_mut().zip(word).for_each(|(slot, byte)| *slot = byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_no_word_twice() {
        let fill = |entropy: &SequenceEntropy| {
            let mut buffer = [0; 20];
            entropy.fill(&mut buffer);
            buffer
        };
        let (one, other) = (SequenceEntropy::new(7), SequenceEntropy::new(7));
        let first = fill(&one);
        assert_eq!(first, fill(&other));
        assert_ne!(first, fill(&one));
        assert!(first.iter().any(|byte| *byte != 0));
    }
}
