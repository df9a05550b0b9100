//! A token bucket in integers: what is in it is counted in millionths of a request, time in microseconds.

use super::Limits;

/// One request.
const REQUEST: u64 = 1_000_000;
const MICROS_PER_SECOND: u64 = 1_000_000;

/// What a caller may still ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    level: u64,
    at: i64,
}

impl Bucket {
    pub(super) fn full(limits: Limits, now: i64) -> Self {
        Self { level: capacity(limits), at: now }
    }

    /// Takes one request out.
    ///
    /// # Errors
    ///
    /// There is not a whole one in it; whole seconds until there is.
    pub(super) fn take(&mut self, limits: Limits, now: i64) -> Result<(), u64> {
        if !limits.limits_rate() {
            return Ok(());
        }
        self.refill(limits, now);
        match self.level.checked_sub(REQUEST) {
            Some(left) => self.level = left,
            None => return Err(seconds_until(REQUEST - self.level, limits)),
        }
        Ok(())
    }

    /// Puts one request back.
    pub(super) fn give_back(&mut self, limits: Limits) {
        self.level = self.level.saturating_add(REQUEST).min(capacity(limits));
    }

    // A clock that was set back brings nothing, and does not stop what comes after it.
    fn refill(&mut self, limits: Limits, now: i64) {
        let elapsed = u64::try_from(now.saturating_sub(self.at)).unwrap_or(0);
        let brought = elapsed.saturating_mul(u64::from(limits.per_second));
        self.level = self.level.saturating_add(brought).min(capacity(limits));
        self.at = now;
    }
}

fn capacity(limits: Limits) -> u64 {
    u64::from(limits.burst) * REQUEST
}

fn seconds_until(missing: u64, limits: Limits) -> u64 {
    let micros = missing.div_ceil(u64::from(limits.per_second.max(1)));
    micros.div_ceil(MICROS_PER_SECOND).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_second: 2, burst: 3, concurrency: 0 };
    const SECOND: i64 = 1_000_000;

    fn taken(bucket: &mut Bucket, now: i64) -> usize {
        std::iter::from_fn(|| bucket.take(LIMITS, now).ok()).take(100).count()
    }

    #[test]
    fn a_burst_then_the_rate_and_never_more_than_a_burst() {
        let mut bucket = Bucket::full(LIMITS, 0);
        assert_eq!(taken(&mut bucket, 0), 3);
        assert_eq!(bucket.take(LIMITS, 0), Err(1));
        assert_eq!(taken(&mut bucket, SECOND / 2 - 1), 0);
        assert_eq!(taken(&mut bucket, SECOND / 2), 1);
        assert_eq!(taken(&mut bucket, 2 * SECOND), 3);
        assert_eq!(taken(&mut bucket, 3_600 * SECOND), 3);
    }

    #[test]
    fn asking_often_does_not_lose_what_trickles_in() {
        let mut bucket = Bucket::full(LIMITS, 0);
        taken(&mut bucket, 0);
        let allowed: usize = (1..=10_000).map(|step| taken(&mut bucket, step * SECOND / 1_000)).sum();
        assert_eq!(allowed, 20, "two a second for ten seconds");
    }

    #[test]
    fn a_clock_that_goes_back_neither_brings_nor_blocks() {
        let mut bucket = Bucket::full(LIMITS, 3_600 * SECOND);
        taken(&mut bucket, 3_600 * SECOND);
        assert_eq!(taken(&mut bucket, 0), 0);
        assert_eq!(taken(&mut bucket, SECOND), 2);
        assert_eq!(taken(&mut bucket, i64::MAX), 3);
        assert_eq!(taken(&mut bucket, i64::MIN), 0);
    }

    #[test]
    fn largest_figures_do_not_overflow() {
        let limits = Limits { per_second: u32::MAX, burst: u32::MAX, concurrency: 0 };
        let mut bucket = Bucket::full(limits, i64::MIN);
        assert_eq!(bucket.take(limits, i64::MAX), Ok(()));
        bucket.give_back(limits);
        assert_eq!(bucket, Bucket::full(limits, i64::MAX));
    }
}
