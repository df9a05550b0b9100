//! Prices of models that the file adds or changes.

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use upivia_providers::ModelEntry;

const NANOS_PER_USD: u64 = 1_000_000_000;

/// What a model costs, in decimal dollars for 10⁶ tokens; quoted, so that no float is ever made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// For tokens read, for example `"0.15"`.
    pub input_usd_per_million: String,
    /// For tokens written.
    pub output_usd_per_million: String,
    /// Reserved and sent where a request names no `max_tokens`.
    #[serde(default = "default_max_tokens")]
    pub default_max_tokens: u32,
    /// The most that the model writes.
    pub largest_max_tokens: u32,
}

const fn default_max_tokens() -> u32 {
    1_024
}

impl ModelSettings {
    /// The model for the catalogue.
    ///
    /// # Errors
    ///
    /// A price or a limit that is none.
    pub fn entry(&self, model: &str) -> Result<ModelEntry> {
        ensure!(self.default_max_tokens > 0, "default_max_tokens must be more than zero");
        ensure!(
            self.default_max_tokens <= self.largest_max_tokens,
            "default_max_tokens ({}) is more than largest_max_tokens ({})",
            self.default_max_tokens,
            self.largest_max_tokens
        );
        Ok(ModelEntry {
            model: model.to_owned(),
            input_nanos_per_million: nanos(&self.input_usd_per_million)?,
            output_nanos_per_million: nanos(&self.output_usd_per_million)?,
            default_max_tokens: self.default_max_tokens,
            largest_max_tokens: self.largest_max_tokens,
        })
    }
}

/// Exact nanodollars of a decimal text with at most nine places.
fn nanos(text: &str) -> Result<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 9 {
        bail!("{text:?} is no price in dollars such as \"0.15\" (at most nine decimal places)");
    }
    let (whole, fraction): (u64, u64) = (whole.parse()?, format!("{fraction:0<9}").parse()?);
    let nanos = whole.checked_mul(NANOS_PER_USD).and_then(|whole| whole.checked_add(fraction));
    nanos.filter(|nanos| i64::try_from(*nanos).is_ok()).ok_or_else(|| anyhow::anyhow!("{text:?} is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        assert_eq!(nanos("0.15").unwrap(), 150_000_000);
        assert_eq!(nanos("10").unwrap(), 10_000_000_000);
        assert_eq!(nanos("0.000000001").unwrap(), 1);
        for bad in ["", ".5", "1.", "-1", "1e3", "0.0000000001", "9223372037", "١"] {
            assert!(nanos(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_default_above_the_most_is_refused() {
        let text = |default| ModelSettings {
            input_usd_per_million: "1".to_owned(),
            output_usd_per_million: "2".to_owned(),
            default_max_tokens: default,
            largest_max_tokens: 100,
        };
        assert!(text(100).entry("acme/tiny").is_ok());
        assert!(text(101).entry("acme/tiny").is_err());
        assert!(text(0).entry("acme/tiny").is_err());
    }
}
