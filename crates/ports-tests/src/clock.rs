//! A clock that stands still until a test moves it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use upivia_domain::{Timestamp, ports::Clock};

/// Noon of 12 May 2026, UTC: far from the edges of day and month in every zone that the suite uses.
pub const NOON: Timestamp = Timestamp::from_micros(1_778_587_200_000_000);

/// Set by hand.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at that instant.
    pub fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now.micros())))
    }

    /// Goes to that instant, also backwards.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }

    /// Goes on by so many microseconds; back by a negative number.
    pub fn advance_micros(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Goes on by so many seconds; back by a negative number.
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance_micros(seconds * 1_000_000);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
