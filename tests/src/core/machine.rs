//! The machine's clock for the bench.

use std::time::{SystemTime, UNIX_EPOCH};

use upivia_domain::{Timestamp, ports::Clock};

/// Wall-clock time.
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the bench's adapter of the Clock port")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}
