//! Prices as they change: versions, each in force from an instant until the next one's.
//!
//! Which one is in force is a question about time alone. Nothing is switched over when a price changes: the same versions,
//! asked at a later instant, give another answer. Deliberately absent: an end. What shall no longer be sold is taken off the
//! catalogue.

use crate::Timestamp;

/// A price, the number under which it is known, and since when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceVersion<T> {
    /// Its number: what an audit event names. One number, one price: a change is a new number.
    pub version: u32,
    /// The first instant at which it is in force.
    pub effective_from: Timestamp,
    /// The price.
    pub price: T,
}

impl<T> PriceVersion<T> {
    /// In force since ever.
    pub const fn first(price: T) -> Self {
        Self { version: 1, effective_from: Timestamp::BEGINNING, price }
    }
}

/// Two versions that cannot both be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// One number, two prices.
    #[error("the version {0} is there twice")]
    Version(u32),
    /// Two prices in force at once.
    #[error("two versions are effective from {0}")]
    Instant(Timestamp),
}

/// The versions of one price: at every instant exactly one, or none before the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceHistory<T>(
    /// By the instant from which they hold; no instant and no number twice.
    Vec<PriceVersion<T>>,
);

impl<T> PriceHistory<T> {
    /// One price that never changed.
    pub fn always(price: T) -> Self {
        Self(vec![PriceVersion::first(price)])
    }

    /// Of these versions, in whatever order. Without any, nothing is ever in force, and the operation is refused.
    ///
    /// # Errors
    ///
    /// A number or an instant twice.
    pub fn new(versions: impl IntoIterator<Item = PriceVersion<T>>) -> Result<Self, Contradiction> {
        versions.into_iter().try_fold(Self(Vec::new()), |mut history, version| {
            let place = history.0.binary_search_by_key(&version.effective_from, |other| other.effective_from);
            let Err(place) = place else { return Err(Contradiction::Instant(version.effective_from)) };
            history.is_new(version.version)?;
            history.0.insert(place, version);
            Ok(history)
        })
    }

    /// Adds a version, in place of one that holds from the same instant.
    ///
    /// # Errors
    ///
    /// Another version has its number.
    pub fn put(&mut self, version: PriceVersion<T>) -> Result<(), Contradiction> {
        match self.0.binary_search_by_key(&version.effective_from, |other| other.effective_from) {
            Ok(place) => {
                let replaced = self.0.remove(place);
                if let Err(problem) = self.is_new(version.version) {
                    self.0.insert(place, replaced);
                    return Err(problem);
                }
                self.0.insert(place, version);
            }
            Err(place) => {
                self.is_new(version.version)?;
                self.0.insert(place, version);
            }
        }
        Ok(())
    }

    /// The version in force; `None` before the first one: then there is no price, and nothing is sold.
    pub fn at(&self, now: Timestamp) -> Option<&PriceVersion<T>> {
        self.0.get(self.begun(now).checked_sub(1)?)
    }

    /// The version that comes next, where one is known.
    pub fn after(&self, now: Timestamp) -> Option<&PriceVersion<T>> {
        self.0.get(self.begun(now))
    }

    /// Every version, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &PriceVersion<T>> {
        self.0.iter()
    }

    /// How many are in force or were.
    fn begun(&self, now: Timestamp) -> usize {
        self.0.partition_point(|version| version.effective_from <= now)
    }

    fn is_new(&self, number: u32) -> Result<(), Contradiction> {
        let taken = self.0.iter().any(|other| other.version == number);
        if taken { Err(Contradiction::Version(number)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn version(number: u32, from: i64) -> PriceVersion<u32> {
        PriceVersion { version: number, effective_from: at(from), price: number * 10 }
    }

    #[test]
    fn a_price_that_never_changed_was_always_there() {
        let history = PriceHistory::always(7);
        for now in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(history.at(at(now)).map(|version| version.price), Some(7));
            assert_eq!(history.after(at(now)), None);
        }
    }

    #[test]
    fn contradictions_are_refused_and_change_nothing() {
        let twice = |versions| PriceHistory::new(versions).unwrap_err();
        assert_eq!(twice(vec![version(1, 0), version(1, 5)]), Contradiction::Version(1));
        assert_eq!(twice(vec![version(1, 0), version(2, 0)]), Contradiction::Instant(at(0)));
        let mut history = PriceHistory::new([version(1, 0), version(2, 5)]).unwrap();
        let before = history.clone();
        assert_eq!(history.put(version(2, 0)), Err(Contradiction::Version(2)));
        assert_eq!(history.put(version(1, 9)), Err(Contradiction::Version(1)));
        assert_eq!(history, before);
        history.put(version(3, 0)).unwrap();
        assert_eq!(history.at(at(4)), Some(&version(3, 0)), "it replaced the one of the same instant");
        assert_eq!(history.iter().count(), 2);
    }

    proptest! {
        #[test]
        fn at_every_instant_there_is_exactly_one_price_or_none_whatever_the_order(
            versions in prop::collection::btree_map(-50_i64..50, any::<bool>(), 0..8)
                .prop_map(|from| (1_u32..).zip(from.into_keys()).map(|(n, from)| version(n, from)).collect::<Vec<_>>())
                .prop_shuffle(),
            now in -60_i64..60,
        ) {
            let history = PriceHistory::new(versions.clone()).unwrap();
            let begun = versions.iter().filter(|version| version.effective_from <= at(now));
            let expected = begun.max_by_key(|version| version.effective_from);
            prop_assert_eq!(history.at(at(now)), expected);
            let later = versions.iter().filter(|version| version.effective_from > at(now));
            prop_assert_eq!(history.after(at(now)), later.min_by_key(|version| version.effective_from));
            let mut put = PriceHistory(Vec::new());
            for version in versions {
                put.put(version).unwrap();
            }
            prop_assert_eq!(put, history, "one by one is the same as at once");
        }
    }
}
