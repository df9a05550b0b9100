//! How often somebody may guess a password: failures are counted for each address they come from and for each account they
//! are about, whether it exists or not. Bounded in memory; each process counts for itself.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::Address;
use crate::ApiError;

/// Failures are forgotten after so long.
const WINDOW_MICROS: i64 = 5 * 60 * 1_000_000;
/// Failures of one account in that time.
const MOST_FOR_ACCOUNT: u32 = 10;
/// Failures from one address in that time: several people may share one.
const MOST_FROM_ADDRESS: u32 = 50;
/// Entries of one generation; two are kept.
const GENERATION: usize = 8_192;

/// What all workers know about failures.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// Accounts are not kept: a keyed hash of each is.
    hashes: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Account(u64),
    Address(Address),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: i64,
    failures: u32,
}

#[derive(Debug, Default)]
struct Counts {
    young: HashMap<Whose, Count>,
    old: HashMap<Whose, Count>,
}

impl Attempts {
    /// Counts an attempt as a failure before it is made: those that run side by side count, too.
    pub(crate) fn begin(&self, account: &str, peer: Option<IpAddr>, now: i64) -> Result<(), ApiError> {
        let mut counts = self.lock();
        let both = self.both(account, peer);
        if let Some(wait) = both.iter().filter_map(|(whose, most)| counts.wait(*whose, *most, now)).max() {
            return Err(ApiError::RateLimited { retry_after_seconds: wait });
        }
        both.iter().for_each(|(whose, _)| counts.count(*whose, now).failures += 1);
        Ok(())
    }

    /// The attempt was none of a stranger.
    pub(crate) fn succeeded(&self, account: &str, peer: Option<IpAddr>, now: i64) {
        let mut counts = self.lock();
        for (whose, _) in self.both(account, peer) {
            let count = counts.count(whose, now);
            count.failures = count.failures.saturating_sub(1);
        }
    }

    fn both(&self, account: &str, peer: Option<IpAddr>) -> [(Whose, u32); 2] {
        let account = Whose::Account(self.hashes.hash_one(account));
        [(account, MOST_FOR_ACCOUNT), (Whose::Address(Address::of(peer)), MOST_FROM_ADDRESS)]
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Seconds to wait, where there were too many.
    fn wait(&mut self, whose: Whose, most: u32, now: i64) -> Option<u64> {
        let count = *self.count(whose, now);
        let left = u64::try_from(count.since.saturating_add(WINDOW_MICROS).saturating_sub(now)).unwrap_or(0);
        (count.failures >= most).then(|| left.div_ceil(1_000_000).max(1))
    }

    /// The failures of the present window.
    fn count(&mut self, whose: Whose, now: i64) -> &mut Count {
        if self.young.len() >= GENERATION && !self.young.contains_key(&whose) {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        let new = Count { since: now, failures: 0 };
        let count = self.young.entry(whose).or_insert_with(|| old.remove(&whose).unwrap_or(new));
        // A clock that was set back begins a new window, too.
        if !(count.since..count.since.saturating_add(WINDOW_MICROS)).contains(&now) {
            *count = new;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([10, 0, 0, last]))
    }

    fn failures(attempts: &Attempts, account: &str, from: Option<IpAddr>, now: i64) -> usize {
        (0..1_000).take_while(|_| attempts.begin(account, from, now).is_ok()).count()
    }

    #[test]
    fn an_account_is_guarded_from_everywhere_and_others_are_not_hit() {
        let attempts = Attempts::default();
        let tried: usize = (0..5).map(|last| failures(&attempts, "ada", peer(last), 0)).sum();
        assert_eq!(tried, 10);
        assert_eq!(failures(&attempts, "bob", peer(9), 0), 10);
        let refused = attempts.begin("ada", peer(9), 1);
        assert_eq!(refused, Err(ApiError::RateLimited { retry_after_seconds: 300 }));
        assert_eq!(failures(&attempts, "ada", peer(9), WINDOW_MICROS), 10);
    }

    #[test]
    fn an_address_cannot_try_account_after_account() {
        let attempts = Attempts::default();
        let tried = (0..500).take_while(|number| attempts.begin(&number.to_string(), peer(1), 0).is_ok()).count();
        assert_eq!(tried, 50);
        assert_eq!(attempts.begin("ada", peer(2), 0), Ok(()));
    }

    #[test]
    fn who_knows_the_password_is_never_stopped_by_knowing_it() {
        let attempts = Attempts::default();
        for _ in 0..500 {
            attempts.begin("ada", peer(1), 0).unwrap();
            attempts.succeeded("ada", peer(1), 0);
        }
    }

    #[test]
    fn a_flood_keeps_the_map_bounded() {
        let attempts = Attempts::default();
        for number in 0..3 * u32::try_from(GENERATION).unwrap() {
            let _ = attempts.begin(&number.to_string(), Some(IpAddr::from(number.to_be_bytes())), 0);
        }
        let counts = attempts.lock();
        assert!(counts.young.len() + counts.old.len() <= 2 * GENERATION + 2);
    }
}
