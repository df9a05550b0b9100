//! When to ask again: soon at first, then less and less often, and not all at the same moment.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::time::Instant;
use upivia_domain::{RequestId, ports::Unfinished};

use super::PollSettings;

/// The turns of the requests that are open.
#[derive(Debug, Default)]
pub(super) struct Schedule(HashMap<RequestId, Turn>);

#[derive(Debug, Clone, Copy)]
struct Turn {
    at: Instant,
    pause: Duration,
}

impl Schedule {
    /// Those whose turn it is. Forgets what is not open any more, and gives newcomers their first turn.
    pub(super) fn due(
        &mut self,
        open: &[Unfinished],
        (settings, now): (PollSettings, Instant),
        mut chance: impl FnMut() -> u8,
    ) -> Vec<Unfinished> {
        let ids: HashSet<_> = open.iter().map(|one| one.request).collect();
        self.0.retain(|id, _| ids.contains(id));
        for one in open {
            self.0.entry(one.request).or_insert_with(|| Turn::after(now, settings.first, chance()));
        }
        open.iter().filter(|one| self.0.get(&one.request).is_some_and(|turn| turn.at <= now)).copied().collect()
    }

    /// The next turn of a request that did not end, twice as far away as the last.
    pub(super) fn postpone(&mut self, request: RequestId, (settings, now): (PollSettings, Instant), chance: u8) {
        if let Some(turn) = self.0.get_mut(&request) {
            *turn = Turn::after(now, turn.pause.saturating_mul(2).min(settings.longest), chance);
        }
    }
}

impl Turn {
    /// Up to a quarter earlier or later.
    fn after(now: Instant, pause: Duration, chance: u8) -> Self {
        const WHOLE: u32 = 256;
        const LEAST: u32 = 192;
        Self { at: now + pause.saturating_mul(LEAST + u32::from(chance) / 2) / WHOLE, pause }
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::{OrgId, Timestamp};

    use super::*;

    const SETTINGS: PollSettings =
        PollSettings { first: Duration::from_secs(1), longest: Duration::from_secs(6), call_limit: Duration::ZERO };

    fn open(number: i64) -> Unfinished {
        let request = RequestId::earliest(Timestamp::from_micros(number * 1_000));
        Unfinished { org: OrgId::PLATFORM, request }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let (mut schedule, one, began) = (Schedule::default(), open(1), Instant::now());
        let mut asked = Vec::new();
        for seconds in 0..20 {
            let now = (SETTINGS, began + Duration::from_secs(seconds));
            if !schedule.due(&[one], now, || 128).is_empty() {
                asked.push(seconds);
                schedule.postpone(one.request, now, 128);
            }
        }
        assert_eq!(asked, [1, 3, 7, 13, 19]);
    }

    #[test]
    fn chance_moves_a_turn_by_a_quarter_at_most() {
        let now = Instant::now();
        for (chance, millis) in [(0, 750), (255, 1_247)] {
            let (mut schedule, one) = (Schedule::default(), open(1));
            let mut due = |millis| schedule.due(&[one], (SETTINGS, now + Duration::from_millis(millis)), || chance);
            assert_eq!(due(0), []);
            assert_eq!(due(millis - 2), []);
            assert_eq!(due(millis), [one]);
        }
    }

    #[test]
    fn what_ended_is_forgotten() {
        let (mut schedule, one, other, now) = (Schedule::default(), open(1), open(2), (SETTINGS, Instant::now()));
        schedule.due(&[one, other], now, || 0);
        schedule.due(&[other], now, || 0);
        assert_eq!(schedule.0.len(), 1);
    }
}
