//! What would pass: the room that every limit of money leaves, and what fits into it.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd, Timestamp,
    budget::{LimitUnit, Reason},
    catalog::{Catalog, OperationName, Price},
};

/// The largest request that money would allow now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Affordable {
    /// What it may cost.
    pub cost: NanoUsd,
    /// For text generation: how many tokens may be written for the same messages; absent where not even one fits.
    pub max_tokens: Option<u32>,
}

impl Affordable {
    /// From what every limit said when it was asked for more than it holds; `None` where no figures were given.
    pub(super) fn of(
        catalog: &Catalog,
        operation: &OperationName,
        payload: &Value,
        figures: &[Reason],
        now: Timestamp,
    ) -> Option<Self> {
        let room = figures.iter().filter(|reason| reason.unit == LimitUnit::Money).filter_map(room).min()?;
        let cost = NanoUsd::from_nanos(room.max(0));
        Some(Self { cost, max_tokens: tokens((catalog, now), operation, payload, cost) })
    }
}

/// What a limit or an account still allows; a debt allows nothing.
fn room(reason: &Reason) -> Option<i64> {
    reason.limit.map(|limit| limit.saturating_sub(reason.used).saturating_sub(reason.held))
}

/// The price grows with the tokens, so halving finds the most that fits.
fn tokens(
    (catalog, now): (&Catalog, Timestamp),
    operation: &OperationName,
    payload: &Value,
    cost: NanoUsd,
) -> Option<u32> {
    let operation = catalog.find(operation)?;
    operation.price_at(now).filter(|version| version.price == Price::Tokens)?;
    let model = payload.get("model").and_then(Value::as_str)?;
    let fits = |tokens: u32| {
        let mut asked = payload.clone();
        if let Some(asked) = asked.as_object_mut() {
            asked.insert("max_tokens".to_owned(), json!(tokens));
        }
        catalog.quote(operation, &asked, now).is_ok_and(|quote| quote.estimate <= cost)
    };
    let (mut most, mut too_many) = (0, catalog.models().find(model, now)?.price.largest_max_tokens.saturating_add(1));
    while most + 1 < too_many {
        let middle = most + (too_many - most) / 2;
        if fits(middle) { most = middle } else { too_many = middle }
    }
    (most > 0).then_some(most)
}
