//! Who asked lately. The map forgets whoever did not ask during a whole generation and has nothing under way.

use std::collections::HashMap;

use super::{Address, Limits, bucket::Bucket};

/// Entries of one generation; two are kept, beside those with requests under way.
const GENERATION: usize = 8_192;
/// Nobody knows when a request ends: this is a guess that is soon asked again.
const UNTIL_SOMETHING_ENDS: u64 = 1;

/// Whose limits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// A token that opened something, by its keyed hash.
    Credential(u64),
    /// An address from which unproven tokens come.
    Stranger(Address),
    /// An address that reads what is public. Apart from strangers: who guesses cannot stop the probes of a health check.
    Visitor(Address),
}

#[derive(Debug)]
struct Caller {
    bucket: Bucket,
    under_way: u32,
}

#[derive(Debug, Default)]
pub(super) struct Callers {
    young: HashMap<Who, Caller>,
    old: HashMap<Who, Caller>,
    /// Since the generation began.
    came: usize,
}

impl Callers {
    /// Whether there is an entry; for a credential: whether it was proven.
    pub(super) fn knows(&self, who: Who) -> bool {
        self.young.contains_key(&who) || self.old.contains_key(&who)
    }

    /// Counts a request that begins.
    ///
    /// # Errors
    ///
    /// It is one too many; seconds to wait. Nothing was counted.
    pub(super) fn enter(&mut self, who: Who, limits: Limits, now: i64) -> Result<(), u64> {
        let caller = self.caller(who, limits, now);
        if limits.concurrency > 0 && caller.under_way >= limits.concurrency {
            return Err(UNTIL_SOMETHING_ENDS);
        }
        caller.bucket.take(limits, now)?;
        caller.under_way += 1;
        Ok(())
    }

    /// Counts a request that ended, in whatever way.
    pub(super) fn leave(&mut self, who: Who) {
        if let Some(caller) = self.find(who) {
            caller.under_way = caller.under_way.saturating_sub(1);
        }
    }

    /// The request was somebody else's.
    pub(super) fn refund(&mut self, who: Who, limits: Limits) {
        if let Some(caller) = self.find(who) {
            caller.bucket.give_back(limits);
        }
    }

    fn find(&mut self, who: Who) -> Option<&mut Caller> {
        self.young.get_mut(&who).or_else(|| self.old.get_mut(&who))
    }

    fn caller(&mut self, who: Who, limits: Limits, now: i64) -> &mut Caller {
        if !self.young.contains_key(&who) {
            self.make_room();
        }
        let old = &mut self.old;
        self.young.entry(who).or_insert_with(|| {
            let new = || Caller { bucket: Bucket::full(limits, now), under_way: 0 };
            old.remove(&who).unwrap_or_else(new)
        })
    }

    /// Before somebody comes into the young generation. Who has something under way is never forgotten.
    fn make_room(&mut self) {
        if self.came >= GENERATION {
            let young = std::mem::take(&mut self.young);
            let old = std::mem::replace(&mut self.old, young);
            self.young.extend(old.into_iter().filter(|(_, caller)| caller.under_way > 0));
            self.came = 0;
        }
        self.came += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_second: 1, burst: 1, concurrency: 1 };

    #[test]
    fn a_flood_keeps_the_map_bounded_and_forgets_nobody_with_something_under_way() {
        let mut callers = Callers::default();
        callers.enter(Who::Credential(0), LIMITS, 0).unwrap();
        for number in 1..5 * u64::try_from(GENERATION).unwrap() {
            callers.enter(Who::Credential(number), LIMITS, 0).unwrap();
            callers.leave(Who::Credential(number));
        }
        let kept = callers.young.len() + callers.old.len();
        assert!(kept <= 2 * GENERATION + 1, "{kept} entries");
        assert!(!callers.knows(Who::Credential(1)));
        assert_eq!(callers.enter(Who::Credential(0), LIMITS, 9_000_000), Err(UNTIL_SOMETHING_ENDS));
        callers.leave(Who::Credential(0));
        assert_eq!(callers.enter(Who::Credential(0), LIMITS, 9_000_000), Ok(()));
    }

    #[test]
    fn who_goes_on_asking_is_remembered_with_what_was_taken() {
        let mut callers = Callers::default();
        let busy = Who::Credential(0);
        callers.enter(busy, LIMITS, 0).unwrap();
        callers.leave(busy);
        for number in 1..4 * u64::try_from(GENERATION).unwrap() {
            callers.enter(Who::Credential(number), LIMITS, 0).unwrap();
            callers.leave(Who::Credential(number));
            assert_eq!(callers.enter(busy, LIMITS, 0), Err(1), "after {number} others");
        }
    }
}
