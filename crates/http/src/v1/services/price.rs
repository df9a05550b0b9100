//! How prices are told.

use serde::Serialize;
use upivia_domain::{
    NanoUsd, Timestamp,
    catalog::{Catalog, ModelPrice, Price, PriceVersion},
};
use utoipa::ToSchema;

/// How the cost follows from the payload.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PriceBody<'a> {
    /// Costs nothing.
    Free,
    /// The same for every request.
    Flat {
        /// Exactly.
        usd: String,
    },
    /// By the tokens of a language model.
    Tokens {
        /// The models that can be asked for.
        models: Vec<ModelBody<'a>>,
    },
}

/// What a language model costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelBody<'a> {
    #[schema(example = "openai/gpt-4o-mini")]
    model: &'a str,
    /// Per 10⁶ tokens read.
    input_usd_per_million: String,
    /// Per 10⁶ tokens written.
    output_usd_per_million: String,
    /// What is reserved and sent where the request names no `max_tokens`.
    default_max_tokens: u32,
    /// A larger `max_tokens` is refused.
    largest_max_tokens: u32,
    /// Which version of its price this is.
    price_version: u32,
}

impl<'a> PriceBody<'a> {
    pub(super) fn of(catalog: &'a Catalog, price: Price, now: Timestamp) -> Self {
        match price {
            Price::Free => Self::Free,
            Price::Flat(price) => Self::Flat { usd: price.to_string() },
            Price::Tokens => Self::Tokens { models: ModelBody::all(catalog, now) },
        }
    }
}

impl<'a> ModelBody<'a> {
    /// The models that have a price now, by name.
    pub(crate) fn all(catalog: &'a Catalog, now: Timestamp) -> Vec<Self> {
        catalog.models().at(now).map(|(model, version)| Self::of(model, version)).collect()
    }

    fn of(model: &'a str, PriceVersion { version, price, .. }: &PriceVersion<ModelPrice>) -> Self {
        let usd = |nanos: u64| NanoUsd::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX)).to_string();
        Self {
            model,
            input_usd_per_million: usd(price.input_nanos_per_million),
            output_usd_per_million: usd(price.output_nanos_per_million),
            default_max_tokens: price.default_max_tokens,
            largest_max_tokens: price.largest_max_tokens,
            price_version: *version,
        }
    }
}
