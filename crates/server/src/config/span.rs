//! Spans of time as people write them: `45s`, `500ms`, `24h`, or plain seconds.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A span of time in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl Span {
    /// That many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// For the machine.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

/// A text that is no span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidSpan;

impl fmt::Display for InvalidSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a span of time such as 45s, 500ms, 24h or plain seconds")
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;
    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let text = text.trim();
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = text.get(digits.len()..).filter(|unit| !unit.is_empty()).unwrap_or("s");
        let (_, millis) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or(InvalidSpan)?;
        let number: u64 = digits.trim_end().parse().map_err(|_| InvalidSpan)?;
        number.checked_mul(millis).map(|millis| Self(Duration::from_millis(millis))).ok_or(InvalidSpan)
    }
}

impl fmt::Display for Span {
    /// The largest unit that loses nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let fits = UNITS.into_iter().rev().find(|(_, size)| millis > 0 && millis.is_multiple_of(u128::from(*size)));
        let (unit, size) = fits.unwrap_or(("s", 1_000));
        write!(f, "{}{unit}", millis / u128::from(size))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Seconds(u64),
            Text(String),
        }
        match Written::deserialize(deserializer) {
            Ok(Written::Seconds(seconds)) => Ok(Self::seconds(seconds)),
            Ok(Written::Text(text)) => text.parse().map_err(de::Error::custom),
            Err(_) => Err(de::Error::custom(InvalidSpan)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let millis = |text: &str| text.parse::<Span>().map(|span| span.duration().as_millis());
        assert_eq!(millis("45s"), Ok(45_000));
        assert_eq!(millis("500ms"), Ok(500));
        assert_eq!(millis(" 7 "), Ok(7_000));
        assert_eq!(millis("24h"), Ok(86_400_000));
        for bad in ["", "s", "1.5s", "-1s", "5 weeks", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(millis(bad), Err(InvalidSpan), "{bad}");
        }
    }

    #[test]
    fn spans_are_shown_so_that_they_can_be_read_again() {
        for (text, shown) in [("45s", "45s"), ("1500ms", "1500ms"), ("60s", "1m"), ("48h", "2d"), ("0", "0s")] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse(), Ok(span));
        }
    }
}
