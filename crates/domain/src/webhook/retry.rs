//! When a delivery that failed is tried again.

/// Seconds from one try to the next: soon for a hiccup, then ever longer, three days in all.
const PAUSES_SECONDS: [i64; 9] = [5, 60, 600, 3_600, 2 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600, 28 * 3_600];

/// After so many tries a delivery is given up.
pub const GAVE_UP_AFTER: u32 = 10;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// How long to wait after so many tries, in microseconds; `None`: it is given up. `chance` adds up to a quarter, so that
/// messages which failed together do not come back together.
pub fn pause_micros(attempts: u32, chance: u8) -> Option<i64> {
    let number = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let pause = PAUSES_SECONDS.get(number)?.saturating_mul(MICROS_PER_SECOND);
    Some(pause.saturating_add(pause.saturating_mul(i64::from(chance)) / 1_024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_by_chance_and_end() {
        let pauses: Vec<i64> = (1..GAVE_UP_AFTER).filter_map(|tries| pause_micros(tries, 0)).collect();
        assert_eq!(pauses.len(), PAUSES_SECONDS.len());
        assert!(pauses.is_sorted());
        assert_eq!(pauses[0], 5 * MICROS_PER_SECOND);
        let three_days = 3 * 24 * 3_600 * MICROS_PER_SECOND;
        assert!((three_days..three_days + three_days / 10).contains(&pauses.iter().sum()));
        assert_eq!((pause_micros(GAVE_UP_AFTER, 0), pause_micros(0, 0)), (None, None));
        let latest = pause_micros(1, u8::MAX).unwrap();
        assert!(latest > pauses[0] && latest <= pauses[0] * 5 / 4, "{latest}");
    }
}
