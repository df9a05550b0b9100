//! A clock that stands still until somebody moves it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use upivia_domain::{Timestamp, ports::Clock};

/// Set by hand. Who embeds the platform moves it, or writes a clock of their own that asks the machine.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
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
        self.advance_micros(seconds.saturating_mul(1_000_000));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
