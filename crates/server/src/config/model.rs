//! Prices of models that the file adds or changes, as `[[models]]`.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use upivia_domain::catalog::{ModelPrice, PriceVersion};

use super::price::instant;

/// What a model costs, in nanodollars (10⁻⁹ USD) for 10⁶ tokens: $0.15 is `150_000_000`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// The name that payloads use, with the provider in front.
    pub model: String,
    /// For tokens read.
    pub input_nanos_per_million: u64,
    /// For tokens written.
    pub output_nanos_per_million: u64,
    /// Reserved and sent where a request names no `max_tokens`.
    #[serde(default = "default_max_tokens")]
    pub default_max_tokens: u32,
    /// The most that the model writes.
    pub largest_max_tokens: u32,
    /// The number under which the journal knows this price.
    #[serde(default = "first")]
    pub version: u32,
    /// From when on, in ISO 8601 with an offset; absent = since ever, in place of a built-in price.
    #[serde(default)]
    pub effective_from: Option<String>,
}

const fn first() -> u32 {
    1
}

const fn default_max_tokens() -> u32 {
    1_024
}

impl ModelSettings {
    /// For the catalogue.
    pub(super) fn version(&self) -> Result<PriceVersion<ModelPrice>> {
        let (default, largest) = (self.default_max_tokens, self.largest_max_tokens);
        ensure!(!self.model.trim().is_empty(), "the name is empty");
        ensure!(default > 0, "default_max_tokens must be more than zero");
        ensure!(default <= largest, "default_max_tokens ({default}) is more than largest_max_tokens ({largest})");
        let price = ModelPrice {
            input_nanos_per_million: self.input_nanos_per_million,
            output_nanos_per_million: self.output_nanos_per_million,
            default_max_tokens: default,
            largest_max_tokens: largest,
        };
        Ok(PriceVersion { version: self.version, effective_from: instant(self.effective_from.as_deref())?, price })
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::Timestamp;

    use super::*;
    use crate::config::{Settings, catalog};

    fn model((name, default_max_tokens): &(&str, u32)) -> ModelSettings {
        ModelSettings {
            model: (*name).to_owned(),
            input_nanos_per_million: 1,
            output_nanos_per_million: 2,
            default_max_tokens: *default_max_tokens,
            largest_max_tokens: 100,
            version: 1,
            effective_from: None,
        }
    }

    fn refused(models: &[(&str, u32)]) -> String {
        let settings = Settings { models: models.iter().map(model).collect(), ..Settings::default() };
        format!("{:#}", catalog(&settings).unwrap_err())
    }

    #[test]
    fn the_file_replaces_a_built_in_price_now_or_later() {
        let later = ModelSettings {
            version: 2,
            effective_from: Some("2027-01-01T00:00:00Z".to_owned()),
            ..model(&("openai/gpt-4o", 9))
        };
        let models = vec![later, model(&("openai/gpt-4o-mini", 7)), model(&("acme/tiny", 5))];
        let catalog = catalog(&Settings { models, ..Settings::default() }).unwrap();
        let default = |model, time| {
            let found = catalog.models().find(model, Timestamp::parse(time).unwrap()).unwrap();
            (found.version, found.price.default_max_tokens)
        };
        assert_eq!(default("openai/gpt-4o", "2026-12-31"), (1, 1_024));
        assert_eq!(default("openai/gpt-4o", "2027-01-01"), (2, 9));
        assert_eq!(default("openai/gpt-4o-mini", "2020-01-01"), (1, 7));
        assert_eq!(default("acme/tiny", "2020-01-01"), (1, 5));
    }

    #[test]
    fn contradictions_name_their_model() {
        assert!(refused(&[("a/b", 100), ("a/b", 100)]).contains("a/b is there twice"));
        assert!(refused(&[("a/b", 100), ("c/d", 101)]).contains("c/d"));
        assert!(refused(&[("a/b", 0)]).contains("more than zero"));
        assert!(refused(&[(" ", 1)]).contains("empty"));
    }
}
