//! Prices as integers: nanodollars, or nanodollars per 10⁶ tokens.

use std::collections::BTreeMap;

use super::{Contradiction, PriceHistory, PriceVersion};
use crate::{NanoUsd, Timestamp, money::InvalidMoney};

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

impl Price {
    /// Why an estimate by this price bounds the bill, where nothing more is to be said.
    pub const fn bound_rule(&self) -> &'static str {
        match self {
            Self::Free => "Costs nothing.",
            Self::Flat(_) => "The price is the same for every payload that the schema lets pass.",
            Self::Tokens => {
                "A token for every byte that is sent and an allowance around each message, and max_tokens for every choice."
            }
        }
    }
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

impl ModelPrice {
    /// What that many tokens cost, rounded up once.
    ///
    /// # Errors
    ///
    /// More than the ledger can hold.
    pub fn cost(&self, input_tokens: u64, output_tokens: u64) -> Result<NanoUsd, InvalidMoney> {
        let part = |tokens: u64, price: u64| i128::from(tokens).checked_mul(i128::from(price));
        let input = part(input_tokens, self.input_nanos_per_million);
        let output = part(output_tokens, self.output_nanos_per_million);
        let sum = input.zip(output).and_then(|(input, output)| input.checked_add(output));
        NanoUsd::from_millionths_rounded_up(sum.ok_or(InvalidMoney::Overflow)?)
    }
}

/// Prices by the model's full name, for example `openai/gpt-4o-mini`. A model that is not here is refused, never free.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceTable(BTreeMap<String, PriceHistory<ModelPrice>>);

impl PriceTable {
    /// A table of these models, at prices that never changed.
    pub fn new(models: impl IntoIterator<Item = (String, ModelPrice)>) -> Self {
        Self(models.into_iter().map(|(model, price)| (model, PriceHistory::always(price))).collect())
    }

    /// Adds a version of a model's price, in place of one that holds from the same instant.
    ///
    /// # Errors
    ///
    /// Another version of it has its number.
    pub fn put(&mut self, model: &str, version: PriceVersion<ModelPrice>) -> Result<(), Contradiction> {
        if let Some(history) = self.0.get_mut(model) {
            return history.put(version);
        }
        self.0.insert(model.to_owned(), PriceHistory::new([version])?);
        Ok(())
    }

    /// The price of a model that is in force at that time.
    pub fn find(&self, model: &str, now: Timestamp) -> Option<&PriceVersion<ModelPrice>> {
        self.0.get(model)?.at(now)
    }

    /// Every model that has a price at that time, by name.
    pub fn at(&self, now: Timestamp) -> impl Iterator<Item = (&str, &PriceVersion<ModelPrice>)> {
        self.0.iter().filter_map(move |(model, history)| Some((model.as_str(), history.at(now)?)))
    }

    /// Every model with every version of its price, by name.
    pub fn histories(&self) -> impl Iterator<Item = (&str, &PriceHistory<ModelPrice>)> {
        self.0.iter().map(|(model, history)| (model.as_str(), history))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(input_nanos_per_million: u64, output_nanos_per_million: u64) -> ModelPrice {
        ModelPrice { input_nanos_per_million, output_nanos_per_million, default_max_tokens: 1, largest_max_tokens: 1 }
    }

    #[test]
    fn twelve_tokens_in_and_four_out() {
        assert_eq!(price(150_000_000, 600_000_000).cost(12, 4), Ok(NanoUsd::from_nanos(12 * 150 + 4 * 600)));
    }

    #[test]
    fn the_sum_is_rounded_up_once() {
        assert_eq!(price(400_000, 400_000).cost(1, 1), Ok(NanoUsd::from_nanos(1)), "0.4 + 0.4 is one, not two");
        assert_eq!(price(1, 0).cost(1, 0), Ok(NanoUsd::from_nanos(1)), "a millionth of a nanodollar is not free");
        assert_eq!(price(1, 1).cost(0, 0), Ok(NanoUsd::ZERO));
    }

    proptest! {
        #[test]
        fn no_number_panics_and_more_tokens_never_cost_less(input: u64, output: u64, in_price: u64, out_price: u64) {
            let price = price(in_price, out_price);
            if let (Ok(less), Ok(more)) = (price.cost(input / 2, output), price.cost(input, output)) {
                prop_assert!(less <= more && !less.is_negative());
            }
        }
    }
}
