//! Reading money from replies in whole nano-dollars, so that sums are exact.
//!
//! Every money object has `<name>_cents` (rounded) and `<name>_usd` (an exact decimal string); the string is what counts here.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Nano-dollars in a cent.
pub const CENT: i64 = 10_000_000;

/// The amount called `name` in `object`, in nano-dollars.
pub fn nanos(object: &Value, name: &str) -> Result<i64> {
    let field = format!("{name}_usd");
    let text = object.get(&field).and_then(Value::as_str).with_context(|| format!("no `{field}` in {object}"))?;
    parse(text).with_context(|| format!("`{field}`: {text:?} is not an exact amount of dollars"))
}

/// Whole cents called `name` in `object`.
pub fn cents(object: &Value, name: &str) -> Result<i64> {
    let field = format!("{name}_cents");
    object.get(&field).and_then(Value::as_i64).with_context(|| format!("no integer `{field}` in {object}"))
}

/// Nano-dollars rounded half up to cents, as the wire shows a cost.
#[must_use]
pub fn half_up(nanos: i64) -> i64 {
    (nanos + CENT / 2).div_euclid(CENT)
}

/// The fewest whole cents that cover so many nano-dollars.
#[must_use]
pub fn cents_up(nanos: i64) -> i64 {
    (nanos + CENT - 1).div_euclid(CENT)
}

fn parse(text: &str) -> Result<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    ensure!(fraction.len() <= 9, "more than nine decimals");
    ensure!(!whole.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "not digits");
    let padded = format!("{whole}{fraction:0<9}");
    Ok(sign * padded.parse::<i64>()?)
}

#[cfg(test)]
mod tests {
    use super::{half_up, parse};

    #[test]
    fn dollars_are_read_exactly() -> anyhow::Result<()> {
        assert_eq!(parse("1.5")?, 1_500_000_000);
        assert_eq!(parse("0.000000001")?, 1);
        assert_eq!(parse("-12")?, -12_000_000_000);
        assert!(parse("0.0000000001").is_err());
        assert!(parse("1e3").is_err());
        Ok(())
    }

    #[test]
    fn costs_round_half_up() {
        assert_eq!(half_up(4_999_999), 0);
        assert_eq!(half_up(5_000_000), 1);
    }
}
