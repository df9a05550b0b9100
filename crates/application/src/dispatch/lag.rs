//! How long ends take to be committed after a provider has answered: the time in which an answer is known and not durable.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Upper bounds in microseconds; what took longer is beyond the last.
pub const LAG_BOUNDS_MICROS: [u64; 10] =
    [1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 60_000_000, 600_000_000];

/// How many there were so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LagSoFar {
    /// By the first bound that they do not exceed; the last has no bound. Not cumulative.
    pub counts: [u64; LAG_BOUNDS_MICROS.len() + 1],
    /// All of them together.
    pub sum_micros: u64,
}

/// Counts without a lock.
#[derive(Debug, Default)]
pub(super) struct Lag {
    counts: [AtomicU64; LAG_BOUNDS_MICROS.len() + 1],
    sum_micros: AtomicU64,
}

impl Lag {
    pub(super) fn observe(&self, span: Duration) {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        let slot = LAG_BOUNDS_MICROS.iter().position(|bound| micros <= *bound).unwrap_or(LAG_BOUNDS_MICROS.len());
        if let Some(count) = self.counts.get(slot) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> LagSoFar {
        LagSoFar {
            counts: self.counts.each_ref().map(|count| count.load(Ordering::Relaxed)),
            sum_micros: self.sum_micros.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let lag = Lag::default();
        for micros in [0, 1_000, 1_001, 600_000_001] {
            lag.observe(Duration::from_micros(micros));
        }
        let LagSoFar { counts, sum_micros } = lag.so_far();
        assert_eq!((counts[0], counts[1], counts[10], sum_micros), (2, 1, 1, 600_002_002));
        assert_eq!(counts.iter().sum::<u64>(), 4);
    }
}
