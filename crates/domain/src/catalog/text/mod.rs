//! The bound of text generation: every parameter that can change the bill is counted, limited or refused.
//!
//! - `model` must have a price.
//! - `messages` or `prompt`, `tools` and all else that is sent: a token for each byte as serialised, and the allowances
//!   of [`bound`].
//! - `n` multiplies the bill; at most [`MOST_CHOICES`].
//! - `max_tokens` is the most that is written per choice; where absent, the model's default is reserved, sent and shown.

mod bound;
mod messages;
mod tools;

use std::sync::Arc;

use serde_json::Value;

use super::{
    ModelPrice, PayloadProblem, PriceTable, PriceVersion, Quote,
    quote::{Fields, STEERING},
};
use crate::Timestamp;

pub use bound::MOST_CHOICES;

pub(super) fn quote(models: &PriceTable, mut fields: Fields, now: Timestamp) -> Result<Quote, PayloadProblem> {
    let steering = fields.remove(STEERING);
    let PriceVersion { version: price_version, price, .. } = price_of(models, &fields, now)?;
    messages::normalise(&mut fields)?;
    tools::check(&fields)?;
    let choices = bound::choices(&fields)?;
    let applied_max_tokens = apply_limit(price, &mut fields)?;
    let estimate = bound::cost(price, &fields, choices)?;
    fields.extend(steering.map(|steering| (STEERING.to_owned(), steering)));
    let forward = Arc::new(Value::Object(fields));
    Ok(Quote { estimate, forward, applied_max_tokens, price_version: *price_version })
}

fn price_of<'a>(
    models: &'a PriceTable,
    fields: &Fields,
    now: Timestamp,
) -> Result<&'a PriceVersion<ModelPrice>, PayloadProblem> {
    let problem = |message: &str| PayloadProblem::new("payload.model", message);
    let model = fields.get("model").ok_or_else(|| problem("is required"))?;
    let model = model.as_str().ok_or_else(|| problem("must be a text"))?;
    models.find(model, now).ok_or_else(|| problem("no price is known for this model"))
}

/// Leaves `max_tokens` in the fields, and returns it where the request named none.
fn apply_limit(price: &ModelPrice, fields: &mut Fields) -> Result<Option<u32>, PayloadProblem> {
    let largest = price.largest_max_tokens;
    let Some(wish) = fields.get("max_tokens") else {
        let default = price.default_max_tokens.min(largest);
        fields.insert("max_tokens".to_owned(), default.into());
        return Ok(Some(default));
    };
    let fits = wish.as_u64().is_some_and(|wish| (1..=u64::from(largest)).contains(&wish));
    let problem = || {
        PayloadProblem::new("payload.max_tokens", format!("must be a whole number from 1 to {largest} for this model"))
    };
    fits.then_some(None).ok_or_else(problem)
}

#[cfg(test)]
mod tests;
