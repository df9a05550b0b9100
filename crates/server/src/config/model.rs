//! Prices of models that the file adds or changes, as `[[models]]`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use upivia_providers::ModelEntry;

use super::Settings;

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
}

const fn default_max_tokens() -> u32 {
    1_024
}

/// The models of the file, for the catalogue.
///
/// # Errors
///
/// A model twice, or limits that contradict each other.
pub fn models(settings: &Settings) -> Result<Vec<ModelEntry>> {
    let mut names = BTreeSet::new();
    let entry = |model: &ModelSettings| {
        ensure!(names.insert(model.model.clone()), "models: {} is there twice", model.model);
        model.entry().with_context(|| format!("models: {:?}", model.model))
    };
    settings.models.iter().map(entry).collect()
}

impl ModelSettings {
    fn entry(&self) -> Result<ModelEntry> {
        let (default, largest) = (self.default_max_tokens, self.largest_max_tokens);
        ensure!(!self.model.trim().is_empty(), "the name is empty");
        ensure!(default > 0, "default_max_tokens must be more than zero");
        ensure!(default <= largest, "default_max_tokens ({default}) is more than largest_max_tokens ({largest})");
        Ok(ModelEntry {
            model: self.model.clone(),
            input_nanos_per_million: self.input_nanos_per_million,
            output_nanos_per_million: self.output_nanos_per_million,
            default_max_tokens: default,
            largest_max_tokens: largest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(models: &[(&str, u32)]) -> String {
        let settings = |(name, default): &(&str, u32)| ModelSettings {
            model: (*name).to_owned(),
            input_nanos_per_million: 1,
            output_nanos_per_million: 2,
            default_max_tokens: *default,
            largest_max_tokens: 100,
        };
        let settings = Settings { models: models.iter().map(settings).collect(), ..Settings::default() };
        format!("{:#}", super::models(&settings).unwrap_err())
    }

    #[test]
    fn contradictions_name_their_model() {
        assert!(refused(&[("a/b", 100), ("a/b", 100)]).contains("a/b is there twice"));
        assert!(refused(&[("a/b", 100), ("c/d", 101)]).contains("c/d"));
        assert!(refused(&[("a/b", 0)]).contains("more than zero"));
        assert!(refused(&[(" ", 1)]).contains("empty"));
    }
}
