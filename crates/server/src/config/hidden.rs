//! A setting that is read but never shown.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use upivia_domain::Secret;

/// A secret text; serialised it is three stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden(Secret<String>);

impl Hidden {
    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The text, still protected.
    pub fn secret(&self) -> Secret<String> {
        self.0.clone()
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}
