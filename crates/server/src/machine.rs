//! The machine's time and ids behind the domain's ports. Nothing else in the program asks the machine for them.

use std::{
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use upivia_domain::{
    Timestamp,
    ports::{Clock, Ids},
};
use uuid::Uuid;

/// The wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the system adapter of the Clock port")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// UUIDv7s that only ever grow.
#[derive(Debug, Default)]
pub struct SystemIds(Mutex<Uuid>);

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the system adapter of the Ids port")]
    fn uuid(&self) -> Uuid {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = after(*last, Uuid::now_v7());
        *last
    }
}

/// The candidate, or the next after the last where the clock stood still or went back.
fn after(last: Uuid, candidate: Uuid) -> Uuid {
    // The counter's 62 random bits leave room: what comes after is still a UUIDv7.
    if candidate > last { candidate } else { Uuid::from_u128(last.as_u128().saturating_add(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_and_are_version_seven() {
        let ids = SystemIds::default();
        let minted: Vec<Uuid> = (0..10_000).map(|_| ids.uuid()).collect();
        assert!(minted.is_sorted_by(|a, b| a < b));
        assert!(minted.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn ids_grow_when_the_clock_goes_back() {
        let ids = SystemIds::default();
        let later = Uuid::from_u128(ids.uuid().as_u128() + (3_600_000 << 80));
        *ids.0.lock().unwrap() = later;
        assert!(ids.uuid() > later);
        assert!(ids.uuid() > later);
    }

    #[test]
    fn the_clock_is_of_this_century() {
        let year = Timestamp::parse("2024-01-01").unwrap();
        assert!(SystemClock.now() > year);
    }
}
