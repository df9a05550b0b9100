//! The catalogue: what is on offer, and how its prices are changed.

use std::collections::BTreeMap;

use super::{Contradiction, ModelPrice, Operation, OperationName, Price, PriceTable, PriceVersion};
use crate::{NanoUsd, Timestamp};

/// Why a price cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceProblem {
    /// There is no such operation.
    #[error("is not in the catalogue")]
    NotOnOffer,
    /// It is free, or priced by tokens: a flat price would not bound its bill.
    #[error("has no flat price that could be changed")]
    NotFlat,
    /// The amount is below zero.
    #[error("a price cannot be negative")]
    Negative,
    /// It contradicts a version that is there.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

/// The operations on offer and the prices of models.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    operations: BTreeMap<OperationName, Operation>,
    models: PriceTable,
}

impl Catalog {
    /// A catalogue of these operations and models.
    pub fn new(operations: impl IntoIterator<Item = Operation>, models: PriceTable) -> Self {
        let operations = operations.into_iter().map(|operation| (operation.name.clone(), operation)).collect();
        Self { operations, models }
    }

    /// Adds a version of a flat price, in place of one that holds from the same instant.
    ///
    /// # Errors
    ///
    /// See [`PriceProblem`]; nothing was changed.
    pub fn put_price(&mut self, name: &OperationName, version: PriceVersion<NanoUsd>) -> Result<(), PriceProblem> {
        let operation = self.operations.get_mut(name).ok_or(PriceProblem::NotOnOffer)?;
        if operation.prices.iter().any(|version| !matches!(version.price, Price::Flat(_))) {
            return Err(PriceProblem::NotFlat);
        }
        if version.price.is_negative() {
            return Err(PriceProblem::Negative);
        }
        let PriceVersion { version, effective_from, price } = version;
        Ok(operation.prices.put(PriceVersion { version, effective_from, price: Price::Flat(price) })?)
    }

    /// Adds a version of a model's price, in place of one that holds from the same instant.
    ///
    /// # Errors
    ///
    /// Another version of it has its number.
    pub fn put_model(&mut self, model: &str, version: PriceVersion<ModelPrice>) -> Result<(), PriceProblem> {
        Ok(self.models.put(model, version)?)
    }

    /// The operation of that name.
    pub fn find(&self, name: &OperationName) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// Every operation, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// The prices of models.
    pub const fn models(&self) -> &PriceTable {
        &self.models
    }

    /// When a price last changed: what was written about prices since then is true. `None` where none is in force.
    pub fn changed_by(&self, now: Timestamp) -> Option<Timestamp> {
        let operations = self.iter().filter_map(|operation| Some(operation.prices.at(now)?.effective_from));
        let models = self.models.at(now).map(|(_, version)| version.effective_from);
        operations.chain(models).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let operation = |name: &str, price| Operation::new(name.parse().unwrap(), "", price);
        let operations = [
            operation("email.send", Price::Flat(NanoUsd::from_nanos(1))),
            operation("platform.check_budget", Price::Free),
            operation("text_generation.generate", Price::Tokens),
        ];
        Catalog::new(operations, PriceTable::default())
    }

    fn version(version: u32, from: i64, nanos: i64) -> PriceVersion<NanoUsd> {
        PriceVersion { version, effective_from: Timestamp::from_micros(from), price: NanoUsd::from_nanos(nanos) }
    }

    #[test]
    fn only_a_flat_price_can_be_changed_and_only_for_another() {
        let mut catalog = catalog();
        let mut put = |name: &str, version| catalog.put_price(&name.parse().unwrap(), version);
        assert_eq!(put("fax.send", version(2, 5, 1)), Err(PriceProblem::NotOnOffer));
        assert_eq!(put("platform.check_budget", version(2, 5, 1)), Err(PriceProblem::NotFlat));
        assert_eq!(put("text_generation.generate", version(2, 5, 1)), Err(PriceProblem::NotFlat));
        assert_eq!(put("email.send", version(2, 5, -1)), Err(PriceProblem::Negative));
        assert_eq!(put("email.send", version(1, 5, 2)), Err(Contradiction::Version(1).into()));
        assert_eq!(put("email.send", version(2, 5, 2)), Ok(()));
        let operation = catalog.find(&"email.send".parse().unwrap()).unwrap();
        let flat = |nanos| Price::Flat(NanoUsd::from_nanos(nanos));
        let price = |now| operation.price_at(Timestamp::from_micros(now)).map(|version| version.price);
        assert_eq!((price(4), price(5)), (Some(flat(1)), Some(flat(2))));
    }

    #[test]
    fn the_last_change_is_that_of_any_price() {
        let mut catalog = catalog();
        let model = ModelPrice {
            input_nanos_per_million: 1,
            output_nanos_per_million: 1,
            default_max_tokens: 1,
            largest_max_tokens: 1,
        };
        catalog.put_price(&"email.send".parse().unwrap(), version(2, 5, 2)).unwrap();
        let from = Timestamp::from_micros(8);
        catalog.put_model("a/b", PriceVersion { version: 1, effective_from: from, price: model }).unwrap();
        let changed = |now| catalog.changed_by(Timestamp::from_micros(now)).unwrap();
        assert_eq!([changed(4), changed(5), changed(7)].map(Timestamp::micros), [i64::MIN, 5, 5]);
        assert_eq!(changed(9), from);
        assert_eq!(catalog.models().find("a/b", Timestamp::from_micros(7)), None, "refused, never free");
    }
}
