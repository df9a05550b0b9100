//! Ids in order.

use std::sync::{Arc, Mutex, PoisonError};

use upivia_domain::{
    RequestId, Uuid,
    ports::{Clock, Ids},
};

const VARIANT: u128 = 0b10 << 62;

/// UUIDv7s with the clock's milliseconds and a counter where others are random: unique in one process only.
pub struct SequentialIds {
    clock: Arc<dyn Clock>,
    last: Mutex<(u128, u64)>,
}

impl SequentialIds {
    /// Born at that clock's time.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, last: Mutex::new((0, 0)) }
    }
}

impl Ids for SequentialIds {
    fn uuid(&self) -> Uuid {
        let born = RequestId::earliest(self.clock.now()).uuid().as_u128();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // The time never goes back, the counter never starts again: each id is greater than the one before.
        *last = (last.0.max(born), last.1 + 1);
        Uuid::from_u128(last.0 | VARIANT | u128::from(last.1))
    }
}

impl std::fmt::Debug for SequentialIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SequentialIds").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::Timestamp;

    use super::*;
    use crate::ManualClock;

    #[test]
    fn each_id_is_greater_than_the_one_before_also_when_the_clock_goes_back() {
        let clock = ManualClock::at(Timestamp::from_micros(1_778_587_200_000_000));
        let ids = SequentialIds::new(clock.clone());
        let first = ids.uuid();
        clock.advance_seconds(-5);
        let second = ids.uuid();
        clock.advance_seconds(60);
        assert!(first < second && second < ids.uuid());
        assert_eq!(first.get_version_num(), 7);
    }
}
