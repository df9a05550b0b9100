//! Live money or play money: part of the key of accounts, windows, idempotency, approvals, requests and usage.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which of the two separate worlds of money a thing belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real providers and real money.
    Live,
    /// The sandbox and play money.
    Test,
}

impl Mode {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is neither `live` nor `test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("mode is live or test")]
pub struct InvalidMode;

impl FromStr for Mode {
    type Err = InvalidMode;
    fn from_str(text: &str) -> Result<Self, InvalidMode> {
        match text {
            "live" => Ok(Self::Live),
            "test" => Ok(Self::Test),
            _ => Err(InvalidMode),
        }
    }
}
