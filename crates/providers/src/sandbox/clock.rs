//! The sandbox's time. It stands still: the same question gets the same answer on every day.

use upivia_domain::Timestamp;

/// Noon of the first day of 2026, UTC.
pub(super) const NOON: Timestamp = Timestamp::from_micros(1_767_268_800_000_000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_noon() {
        assert_eq!(Timestamp::parse("2026-01-01T12:00:00Z"), Ok(NOON));
    }
}
