//! Whole numbers: as such in the file, as text in the environment.

use serde::{Deserialize, Deserializer, de};

/// A number that is not negative.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u32),
        Text(String),
    }
    let invalid = || de::Error::custom(format_args!("expected a whole number from 0 to {}", u32::MAX));
    match Written::deserialize(deserializer) {
        Ok(Written::Number(number)) => Ok(number),
        Ok(Written::Text(text)) => text.trim().parse().map_err(|_| invalid()),
        Err(_) => Err(invalid()),
    }
}
