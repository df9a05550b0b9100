//! The catalogue of a process: what is built in, with the prices of the file.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};
use upivia_domain::{
    NanoUsd, Timestamp,
    catalog::{Catalog, OperationName, PriceVersion},
};

use super::Settings;

/// What one request of an operation costs, in nanodollars (10⁻⁹ USD): two cents are `20_000_000`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSettings {
    /// The operation, for example `email.send`; one with a flat price.
    pub operation: String,
    /// The number under which the journal knows this price.
    pub version: u32,
    /// From when on, in ISO 8601 with an offset; absent = since ever, in place of the built-in price.
    #[serde(default)]
    pub effective_from: Option<String>,
    /// What it costs.
    pub nanos: u64,
}

/// The built-in catalogue with what the file adds and changes.
///
/// # Errors
///
/// The first entry that cannot be, by its name.
pub fn catalog(settings: &Settings) -> Result<Catalog> {
    let mut catalog = upivia_providers::catalog([]);
    let mut seen = BTreeSet::new();
    for model in &settings.models {
        let version = model.version().with_context(|| format!("models: {:?}", model.model))?;
        let is_new = seen.insert((model.model.clone(), version.effective_from));
        ensure!(is_new, "models: {} is there twice from the same time on", model.model);
        let put = catalog.put_model(&model.model, version);
        put.map_err(|problem| anyhow!("models: {:?}: {problem}", model.model))?;
    }
    for price in &settings.prices {
        let (name, version) = price.version().with_context(|| format!("prices: {:?}", price.operation))?;
        let is_new = seen.insert((price.operation.clone(), version.effective_from));
        ensure!(is_new, "prices: {} is there twice from the same time on", price.operation);
        let put = catalog.put_price(&name, version);
        put.map_err(|problem| anyhow!("prices: {:?} {problem}", price.operation))?;
    }
    Ok(catalog)
}

/// An instant of the file. A date without an offset is its first instant in UTC.
pub(super) fn instant(text: Option<&str>) -> Result<Timestamp> {
    let parse = |text| Timestamp::parse(text).map_err(|problem| anyhow!("effective_from: {problem}"));
    text.map_or(Ok(Timestamp::BEGINNING), parse)
}

impl PriceSettings {
    fn version(&self) -> Result<(OperationName, PriceVersion<NanoUsd>)> {
        let name = self.operation.parse::<OperationName>().map_err(|problem| anyhow!("operation {problem}"))?;
        let nanos = i64::try_from(self.nanos).context("nanos is more than the ledger can hold")?;
        let (version, effective_from) = (self.version, instant(self.effective_from.as_deref())?);
        Ok((name, PriceVersion { version, effective_from, price: NanoUsd::from_nanos(nanos) }))
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::catalog::Price;

    use super::*;

    fn price(operation: &str, version: u32, effective_from: Option<&str>, nanos: u64) -> PriceSettings {
        let effective_from = effective_from.map(str::to_owned);
        PriceSettings { operation: operation.to_owned(), version, effective_from, nanos }
    }

    fn with(prices: Vec<PriceSettings>) -> Result<Catalog> {
        catalog(&Settings { prices, ..Settings::default() })
    }

    #[test]
    fn a_price_with_a_date_takes_effect_on_it() {
        let catalog = with(vec![price("email.send", 2, Some("2027-01-01"), 2_000_000)]).unwrap();
        let operation = catalog.find(&"email.send".parse().unwrap()).unwrap();
        let at = |text| {
            let version = operation.price_at(Timestamp::parse(text).unwrap()).unwrap();
            (version.version, version.price)
        };
        let flat = |nanos| Price::Flat(NanoUsd::from_nanos(nanos));
        assert_eq!(at("2026-12-31T23:59:59Z"), (1, flat(1_000_000)));
        assert_eq!(at("2027-01-01T00:00:00Z"), (2, flat(2_000_000)));
    }

    #[test]
    fn what_cannot_be_names_itself() {
        let refused = |prices| format!("{:#}", with(prices).unwrap_err());
        let twice = vec![price("email.send", 2, None, 1), price("email.send", 3, None, 1)];
        assert!(refused(twice).contains("email.send is there twice"));
        let number = vec![price("email.send", 1, Some("2027-01-01"), 1)];
        assert!(refused(number).contains("the version 1 is there twice"));
        assert!(refused(vec![price("fax.send", 1, None, 1)]).contains("not in the catalogue"));
        assert!(refused(vec![price("platform.check_budget", 2, None, 1)]).contains("no flat price"));
        assert!(refused(vec![price("email.send", 2, Some("soon"), 1)]).contains("effective_from"));
        assert!(refused(vec![price("email.send", 2, None, u64::MAX)]).contains("more than the ledger"));
        assert!(refused(vec![price("email", 2, None, 1)]).contains("service.operation"));
    }
}
