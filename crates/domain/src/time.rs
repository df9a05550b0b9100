//! Time as UTC microseconds, and the days and months of an organization's own zone.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A text that is no instant in ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 2026-01-31T12:00:00Z")]
pub struct InvalidTime;

impl Timestamp {
    /// Before everything.
    pub const BEGINNING: Self = Self(i64::MIN);

    /// From microseconds, as stored.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The microseconds, to store.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// That many microseconds later; stays at the end of time.
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// That many seconds later; stays at the end of time.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(1_000_000))
    }

    /// The beginning of the next whole second: whatever carries whole seconds and was made until now lies before it.
    pub const fn next_second(self) -> Self {
        const MICROS: i64 = 1_000_000;
        Self(self.0.div_euclid(MICROS).saturating_add(1).saturating_mul(MICROS))
    }

    /// Parses ISO 8601 with an offset, or a bare date as its first instant in UTC.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self(time.timestamp_micros()));
        }
        let date = text.parse::<NaiveDate>().map_err(|_| InvalidTime)?;
        let midnight = date.and_hms_opt(0, 0, 0).ok_or(InvalidTime)?;
        Ok(Self(midnight.and_utc().timestamp_micros()))
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }
}

impl fmt::Display for Timestamp {
    /// ISO 8601 in UTC with microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

/// A zone of the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

/// A name that the IANA database does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time zone of the IANA database, such as Europe/Paris")]
pub struct UnknownZone;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The local calendar day of an instant.
    pub fn day(self, at: Timestamp) -> Day {
        let date = at.utc().with_timezone(&self.0).date_naive();
        Day(date.year() * 10_000 + two_digits(date.month()) * 100 + two_digits(date.day()))
    }

    /// The local calendar month of an instant.
    pub fn month(self, at: Timestamp) -> Month {
        Month(self.day(at).0 / 100)
    }

    /// The first instant of the next local day.
    pub fn next_day(self, at: Timestamp) -> Timestamp {
        let today = at.utc().with_timezone(&self.0).date_naive();
        self.first_instant(today.checked_add_days(Days::new(1)), at)
    }

    /// The first instant of the next local month.
    pub fn next_month(self, at: Timestamp) -> Timestamp {
        let today = at.utc().with_timezone(&self.0).date_naive();
        self.first_instant(today.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))), at)
    }

    // Midnight may not exist where clocks go forward at night: then the day begins at the first half hour that does.
    fn first_instant(self, date: Option<NaiveDate>, fallback: Timestamp) -> Timestamp {
        let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0));
        let instants = (0..6).filter_map(|step| {
            let local = midnight?.checked_add_signed(chrono::TimeDelta::minutes(30 * step))?;
            self.0.from_local_datetime(&local).earliest()
        });
        instants.map(|time| Timestamp(time.timestamp_micros())).next().unwrap_or(fallback)
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        name.parse().map(Self).map_err(|_| UnknownZone)
    }
}

fn two_digits(part: u32) -> i32 {
    i32::try_from(part).unwrap_or_default()
}

/// A local calendar day as the number `yyyymmdd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl fmt::Display for Day {
    /// ISO 8601: `2026-01-31`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

/// A local calendar month as the number `yyyymm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

/// The zone that cuts an organization's days and months, and the one that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// In force now.
    pub zone: Zone,
    /// A change that waits for the end of the month in which it was asked for (a month of `zone`).
    pub next: Option<(Zone, Month)>,
}

impl Calendar {
    /// A calendar of one zone.
    pub const fn of(zone: Zone) -> Self {
        Self { zone, next: None }
    }

    /// The zone that cuts windows at that instant. A change in the middle of a month would open a second window of it.
    pub fn zone_at(&self, now: Timestamp) -> Zone {
        match self.next {
            Some((next, asked)) if self.zone.month(now) > asked => next,
            _ => self.zone,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn days_follow_the_zone() {
        let paris: Zone = "Europe/Paris".parse().unwrap();
        assert_eq!(paris.day(at("2026-03-28T23:30:00Z")), Day(20_260_329));
        assert_eq!(Zone::UTC.day(at("2026-03-28T23:30:00Z")), Day(20_260_328));
        assert_eq!(Day(20_260_301).to_string(), "2026-03-01");
    }

    #[test]
    fn a_day_without_midnight_begins_at_one() {
        let cairo: Zone = "Africa/Cairo".parse().unwrap();
        assert_eq!(cairo.next_day(at("2026-04-23T12:00:00Z")), at("2026-04-23T22:00:00Z"));
    }

    #[test]
    fn a_new_zone_waits_for_the_end_of_the_month() {
        let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
        let calendar = Calendar { zone: Zone::UTC, next: Some((tokyo, Month(202_603))) };
        assert_eq!(calendar.zone_at(at("2026-03-31T23:59:59Z")), Zone::UTC);
        assert_eq!(calendar.zone_at(at("2026-04-01T00:00:00Z")), tokyo);
    }

    #[test]
    fn the_extremes_print() {
        assert!(!Timestamp::from_micros(i64::MAX).to_string().is_empty());
        assert!(!Timestamp::from_micros(i64::MIN).to_string().is_empty());
    }

    proptest! {
        #[test]
        fn windows_end_in_the_future(micros in 0_i64..4_000_000_000_000_000, zone in 0_usize..chrono_tz::TZ_VARIANTS.len()) {
            let (zone, now) = (Zone(chrono_tz::TZ_VARIANTS[zone]), Timestamp::from_micros(micros));
            let (day, month) = (zone.next_day(now), zone.next_month(now));
            prop_assert!(day > now && zone.day(day) > zone.day(now));
            prop_assert!(month > now && zone.month(month) > zone.month(now));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = Timestamp::parse(&text);
            let _ = text.parse::<Zone>();
        }
    }
}
