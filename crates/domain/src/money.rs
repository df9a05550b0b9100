//! Money as an integer of 10⁻⁹ US dollars with checked arithmetic. There is no float and no implicit overflow.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Nanodollars in one cent.
pub const NANOS_PER_CENT: i64 = 10_000_000;
const NANOS_PER_USD: i64 = 1_000_000_000;

/// An amount of US dollars in units of 10⁻⁹; may be negative where a rule says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NanoUsd(i64);

/// Why a number is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// Amounts that people send are never negative.
    #[error("must not be negative")]
    Negative,
    /// More than the ledger can hold.
    #[error("is too large")]
    Overflow,
    /// Not digits with at most nine of them after a point.
    #[error("must be a decimal number of dollars, such as \"0.05\"")]
    Malformed,
}

impl NanoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanodollars, as stored.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The nanodollars, to store.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// From cents that came in over the wire: neither negative nor beyond the ledger's range.
    pub fn from_cents(cents: i64) -> Result<Self, InvalidMoney> {
        if cents < 0 {
            return Err(InvalidMoney::Negative);
        }
        cents.checked_mul(NANOS_PER_CENT).map(Self).ok_or(InvalidMoney::Overflow)
    }

    /// From dollars that came in over the wire as a decimal text, such as `0.0525`; exact, so at most nine places.
    pub fn from_usd(text: &str) -> Result<Self, InvalidMoney> {
        const PLACES: usize = 9;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = text.strip_prefix('-');
        let (whole, part) = unsigned.unwrap_or(text).split_once('.').unwrap_or((unsigned.unwrap_or(text), "0"));
        if !is_number(whole) || !is_number(part) || part.len() > PLACES {
            return Err(InvalidMoney::Malformed);
        }
        if unsigned.is_some() {
            return Err(InvalidMoney::Negative);
        }
        let nanos = format!("{whole}{part:0<PLACES$}").parse::<i64>();
        nanos.map(Self).map_err(|_| InvalidMoney::Overflow)
    }

    /// A price of whole cents known when the program is written.
    pub const fn cents(cents: u32) -> Self {
        Self(cents as i64 * NANOS_PER_CENT)
    }

    /// The sum, or `None` beyond the range.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or `None` beyond the range.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// The amount with the other sign; the one value without a counterpart becomes the largest.
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// Below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Exactly zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whole cents rounded down: what can still be spent must never be shown as more than it is.
    pub const fn cents_rounded_down(self) -> i64 {
        self.0.div_euclid(NANOS_PER_CENT)
    }

    /// Whole cents rounded half up: what was used.
    pub const fn cents_half_up(self) -> i64 {
        let whole = self.0.div_euclid(NANOS_PER_CENT);
        if self.0.rem_euclid(NANOS_PER_CENT) * 2 >= NANOS_PER_CENT { whole + 1 } else { whole }
    }

    /// Whole cents rounded up: what a request may cost at most.
    pub const fn cents_rounded_up(self) -> i64 {
        let whole = self.0.div_euclid(NANOS_PER_CENT);
        if self.0.rem_euclid(NANOS_PER_CENT) > 0 { whole + 1 } else { whole }
    }

    /// From a sum of `units × (nanodollars per 10⁶ units)`, rounded up once.
    pub fn from_millionths_rounded_up(sum: i128) -> Result<Self, InvalidMoney> {
        if sum < 0 {
            return Err(InvalidMoney::Negative);
        }
        let nanos = sum / 1_000_000 + i128::from(sum % 1_000_000 != 0);
        i64::try_from(nanos).map(Self).map_err(|_| InvalidMoney::Overflow)
    }
}

impl fmt::Display for NanoUsd {
    /// The exact dollars as a decimal number, for example `0.000123`; at least two places, no trailing zeros after them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let unit = NANOS_PER_USD.unsigned_abs();
        let digits = format!("{:09}", size % unit);
        let kept = digits.trim_end_matches('0');
        write!(f, "{sign}{}.{kept:0<2}", size / unit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_strings_are_exact() {
        let text = |nanos| NanoUsd::from_nanos(nanos).to_string();
        assert_eq!(text(0), "0.00");
        assert_eq!(text(1), "0.000000001");
        assert_eq!(text(12_500_000_000), "12.50");
        assert_eq!(text(-30_000_000), "-0.03");
        assert_eq!(text(i64::MIN), "-9223372036.854775808");
    }

    #[test]
    fn cents_round_as_their_names_say() {
        let money = NanoUsd::from_nanos(15_000_000);
        assert_eq!((money.cents_rounded_down(), money.cents_half_up(), money.cents_rounded_up()), (1, 2, 2));
        let debt = NanoUsd::from_nanos(-1);
        assert_eq!((debt.cents_rounded_down(), debt.cents_rounded_up()), (-1, 0));
    }

    #[test]
    fn dollars_are_read_exactly_or_not_at_all() {
        let nanos = |text| NanoUsd::from_usd(text).map(NanoUsd::nanos);
        assert_eq!(nanos("0.0525"), Ok(52_500_000));
        assert_eq!((nanos("12"), nanos("0.000000001"), nanos("007.5")), (Ok(12_000_000_000), Ok(1), Ok(7_500_000_000)));
        for text in ["", ".", ".5", "5.", "1e3", "+1", " 1", "1,5", "0.0000000001", "-", "NaN", "\u{0661}"] {
            assert_eq!(nanos(text), Err(InvalidMoney::Malformed), "{text}");
        }
        assert_eq!(nanos("-0.01"), Err(InvalidMoney::Negative));
        for text in ["9223372036.854775808", "99999999999999999999999"] {
            assert_eq!(nanos(text), Err(InvalidMoney::Overflow), "{text}");
        }
    }

    proptest! {
        #[test]
        fn dollars_survive_their_text(nanos in 0_i64..) {
            let money = NanoUsd::from_nanos(nanos);
            prop_assert_eq!(NanoUsd::from_usd(&money.to_string()), Ok(money));
        }

        #[test]
        fn no_text_of_dollars_panics(text in ".*") {
            let _ = NanoUsd::from_usd(&text);
        }

        #[test]
        fn cents_never_overflow_silently(cents: i64) {
            match NanoUsd::from_cents(cents) {
                Ok(money) => prop_assert_eq!(money.cents_rounded_down(), cents),
                Err(InvalidMoney::Negative) => prop_assert!(cents < 0),
                Err(InvalidMoney::Overflow) => prop_assert!(cents > i64::MAX / NANOS_PER_CENT),
                Err(InvalidMoney::Malformed) => prop_assert!(false, "a number is well-formed"),
            }
        }

        #[test]
        fn rounding_brackets_the_amount(nanos: i64) {
            let money = NanoUsd::from_nanos(nanos);
            prop_assert!(money.cents_rounded_down() <= money.cents_half_up());
            prop_assert!(money.cents_half_up() <= money.cents_rounded_up());
        }

        #[test]
        fn prices_round_up_by_less_than_one_nano(sum in 0_i128..i128::from(i64::MAX)) {
            let nanos = i128::from(NanoUsd::from_millionths_rounded_up(sum).unwrap().nanos());
            prop_assert!(nanos * 1_000_000 >= sum && (nanos - 1) * 1_000_000 < sum);
        }
    }
}
