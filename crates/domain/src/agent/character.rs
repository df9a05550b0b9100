//! How an agent speaks and what it remembers: kept for those who talk with it, read by no rule about money.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};

/// All of it is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Character {
    /// Tone and manners, in words.
    pub personality: Option<String>,
    /// Settings of its voice, as the one who speaks for it understands them.
    pub voice_config: Option<Map<String, Value>>,
    /// How it remembers.
    pub memory_mode: Option<MemoryMode>,
}

/// How an agent remembers: a machine word of at most 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryMode(String);

/// Why a text is no memory mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a word of at most 64 lower-case letters, digits, hyphens and underscores")]
pub struct InvalidMemoryMode;

impl MemoryMode {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MemoryMode {
    type Err = InvalidMemoryMode;
    fn from_str(text: &str) -> Result<Self, InvalidMemoryMode> {
        let is_fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_fine);
        fits.then(|| Self(text.to_owned())).ok_or(InvalidMemoryMode)
    }
}

impl fmt::Display for MemoryMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_modes_are_machine_words() {
        assert_eq!("long_term-2".parse::<MemoryMode>().map(|mode| mode.to_string()), Ok("long_term-2".to_owned()));
        for wrong in ["", "Long", "a b", "a\0", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<MemoryMode>(), Err(InvalidMemoryMode), "{wrong:?}");
        }
    }
}
