//! The word that people type.

use std::{fmt, str::FromStr};

/// A word in capital letters, however it was typed: 3 to 64 letters, digits, hyphens and underscores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromoText(String);

/// Why a text is no such word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 3 to 64 letters, digits, hyphens and underscores")]
pub struct InvalidPromoText;

impl PromoText {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PromoText {
    type Err = InvalidPromoText;
    fn from_str(text: &str) -> Result<Self, InvalidPromoText> {
        let text = text.trim();
        let fits = (3..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        fits.then(|| Self(text.to_ascii_uppercase())).ok_or(InvalidPromoText)
    }
}

impl fmt::Display for PromoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_however_it_is_typed() {
        let word: PromoText = " welcome-2026 ".parse().unwrap();
        assert_eq!(word.as_str(), "WELCOME-2026");
        assert_eq!(word.as_str().parse(), Ok(word));
        for wrong in ["", "ab", "a b c", "größe", "a/b/c", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<PromoText>(), Err(InvalidPromoText), "{wrong}");
        }
    }
}
