//! Prices as integers: nanodollars, or nanodollars per 10⁶ tokens.

use std::collections::BTreeMap;

use crate::NanoUsd;

/// How an operation's cost follows from its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// Costs nothing and needs no money check.
    Free,
    /// The same for every request.
    Flat(NanoUsd),
    /// By the tokens of a language model, from the [`PriceTable`].
    Tokens,
}

/// What a language model costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelPrice {
    /// Nanodollars per 10⁶ tokens read.
    pub input_nanos_per_million: u64,
    /// Nanodollars per 10⁶ tokens written.
    pub output_nanos_per_million: u64,
    /// What is reserved and sent where the request names no `max_tokens`.
    pub default_max_tokens: u32,
    /// The most that the model writes; a larger wish is refused.
    pub largest_max_tokens: u32,
}

/// Prices by the model's full name, for example `openai/gpt-4o-mini`. A model that is not here is refused, never free.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceTable(BTreeMap<String, ModelPrice>);

impl PriceTable {
    /// A table of these models.
    pub fn new(models: impl IntoIterator<Item = (String, ModelPrice)>) -> Self {
        Self(models.into_iter().collect())
    }

    /// The price of a model.
    pub fn find(&self, model: &str) -> Option<&ModelPrice> {
        self.0.get(model)
    }

    /// Every model with its price, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ModelPrice)> {
        self.0.iter().map(|(model, price)| (model.as_str(), price))
    }
}
