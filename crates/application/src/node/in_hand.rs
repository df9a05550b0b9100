//! Requests that this process has begun and not ended. The oldest of them is the lease's watermark: should the process
//! die, nobody needs to look for older ones.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{RequestId, Timestamp};

/// Ids are minted, and committed, a moment apart: the watermark stays this far behind.
const MARGIN_SECONDS: i64 = 5;

/// The requests in hand, each as often as it was taken.
#[derive(Debug, Clone, Default)]
pub struct InHand(Arc<Mutex<BTreeMap<RequestId, usize>>>);

/// A place in the set, given back when dropped.
#[derive(Debug)]
pub struct Held {
    set: InHand,
    id: RequestId,
}

impl InHand {
    /// Takes a request in hand. Call it before its admission is written.
    pub fn hold(&self, id: RequestId) -> Held {
        *self.lock().entry(id).or_default() += 1;
        Held { set: self.clone(), id }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether nothing is in hand.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// No request in hand is older than this.
    pub fn watermark(&self, now: Timestamp) -> Timestamp {
        let oldest = self.lock().keys().next().map(|id| id.born_at());
        oldest.unwrap_or(now).min(now).plus_seconds(-MARGIN_SECONDS)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RequestId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.set.lock();
        if let Some(times) = held.get_mut(&self.id) {
            *times -= 1;
            if *times == 0 {
                held.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(seconds: i64) -> RequestId {
        RequestId::earliest(Timestamp::from_micros(seconds * 1_000_000))
    }

    #[test]
    fn the_watermark_is_behind_the_oldest_in_hand() {
        let (set, now) = (InHand::default(), Timestamp::from_micros(1_000_000_000));
        assert_eq!(set.watermark(now), now.plus_seconds(-MARGIN_SECONDS));
        let old = set.hold(id(300));
        let young = set.hold(id(600));
        assert_eq!(set.watermark(now), Timestamp::from_micros(295_000_000));
        drop(old);
        assert_eq!(set.watermark(now), Timestamp::from_micros(595_000_000));
        let again = set.hold(id(600));
        drop(young);
        assert_eq!(set.watermark(now), Timestamp::from_micros(595_000_000), "two hold it, one let go");
        drop(again);
        assert!(set.is_empty());
    }
}
