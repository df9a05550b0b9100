//! From a member of a JSON body to a value that cannot be wrong, or an error that names the member.
//!
//! `None` is a member that is absent or null: on this wire they mean the same.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use upivia_domain::{
    NanoUsd,
    identity::{Permission, PermissionSet},
};

use crate::ApiError;

/// A reason for the audit trail is a sentence or two, not a document.
const LONGEST_REASON: usize = 500;

/// A member as it came.
pub(crate) type Member = Option<Value>;

/// A text.
pub(crate) fn text(name: &str, member: Member) -> Result<Option<String>, ApiError> {
    match member {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::invalid(name, "must be a string")),
    }
}

/// Why somebody does something, for those who ask later; without the blanks around it. Nothing but blanks is no reason.
pub(crate) fn reason(name: &str, member: Member) -> Result<Option<String>, ApiError> {
    let Some(text) = text(name, member)? else { return Ok(None) };
    let text = text.trim();
    if text.chars().count() > LONGEST_REASON || text.chars().any(|letter| letter.is_control() && letter != '\n') {
        let message = format!("must have at most {LONGEST_REASON} characters and no control characters");
        return Err(ApiError::invalid(name, message));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// A text that has a type of its own.
pub(crate) fn parsed<T>(name: &str, member: Member) -> Result<Option<T>, ApiError>
where
    T: FromStr<Err: Display>,
{
    let text = text(name, member)?;
    text.map(|text| text.parse().map_err(|error| ApiError::invalid(name, error))).transpose()
}

/// Whole cents that somebody may spend.
pub(crate) fn cents(name: &str, member: Member) -> Result<Option<NanoUsd>, ApiError> {
    let Some(cents) = integer(name, member, "must be an integer number of cents")? else { return Ok(None) };
    NanoUsd::from_cents(cents).map(Some).map_err(|error| ApiError::invalid(name, error))
}

/// Whole cents that must be there, and more than none.
pub(crate) fn positive_cents(name: &str, member: Member) -> Result<NanoUsd, ApiError> {
    let amount = required(name, cents(name, member)?)?;
    if amount.is_zero() { Err(ApiError::invalid(name, "must be more than 0")) } else { Ok(amount) }
}

/// A cap that somebody may change: absent says nothing, null lifts it. The member must be read with [`present`].
pub(crate) fn cap(name: &str, member: Member) -> Result<Option<Option<NanoUsd>>, ApiError> {
    match member {
        None => Ok(None),
        some => cents(name, some).map(Some),
    }
}

/// How many.
pub(crate) fn count(name: &str, member: Member) -> Result<Option<u32>, ApiError> {
    let Some(count) = integer(name, member, "must be an integer")? else { return Ok(None) };
    if count < 0 {
        return Err(ApiError::invalid(name, "must not be negative"));
    }
    u32::try_from(count).map(Some).map_err(|_| ApiError::invalid(name, "is too large"))
}

/// A yes or no.
pub(crate) fn flag(name: &str, member: Member) -> Result<Option<bool>, ApiError> {
    match member {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(flag)),
        Some(_) => Err(ApiError::invalid(name, "must be true or false")),
    }
}

/// An object.
pub(crate) fn object(name: &str, member: Member) -> Result<Option<Map<String, Value>>, ApiError> {
    match member {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(ApiError::invalid(name, "must be an object")),
    }
}

/// A list.
pub(crate) fn list(name: &str, member: Member) -> Result<Vec<Value>, ApiError> {
    match member {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ApiError::invalid(name, "must be an array")),
    }
}

/// Names of permissions.
pub(crate) fn permissions(name: &str, member: Member) -> Result<Option<PermissionSet>, ApiError> {
    let names = match member {
        None | Some(Value::Null) => return Ok(None),
        some => list(name, some)?,
    };
    let one =
        |item: Value| parsed::<Permission>(name, Some(item))?.ok_or_else(|| ApiError::invalid(name, "must list names"));
    names.into_iter().map(one).collect::<Result<_, _>>().map(Some)
}

/// A member that must be there.
pub(crate) fn required<T>(name: &str, value: Option<T>) -> Result<T, ApiError> {
    value.ok_or_else(|| ApiError::invalid(name, "is required"))
}

/// For the rare member where null says something and absence does not: `Some(Null)` is null.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn integer(name: &str, member: Member, what: &str) -> Result<Option<i64>, ApiError> {
    match member {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if number.is_u64() && !number.is_i64() => {
            Err(ApiError::invalid(name, "is too large"))
        }
        Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(|| ApiError::invalid(name, what)),
        Some(_) => Err(ApiError::invalid(name, what)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(error: ApiError) -> Option<String> {
        assert!(error.to_string().starts_with("amount: "), "{error}");
        if let ApiError::Invalid { field, .. } = error { field } else { None }
    }

    #[test]
    fn amounts_that_cannot_be_name_their_member() {
        for wrong in
            [json!(-1), json!(i64::MAX), json!(u64::MAX), json!(1e30), json!(1.5), json!("5"), json!([1]), json!({})]
        {
            let error = cents("amount", Some(wrong.clone())).expect_err(&wrong.to_string());
            assert_eq!(named(error).as_deref(), Some("amount"), "{wrong}");
        }
        for wrong in [json!(-1), json!(u64::MAX), json!(i64::MAX), json!(1.5), json!("5"), json!(true)] {
            let error = count("amount", Some(wrong.clone())).expect_err(&wrong.to_string());
            assert_eq!(named(error).as_deref(), Some("amount"), "{wrong}");
        }
    }

    #[test]
    fn null_is_absent() {
        assert_eq!(cents("amount", Some(Value::Null)), Ok(None));
        assert_eq!(text("amount", None), Ok(None));
        assert_eq!(list("amount", Some(Value::Null)), Ok(Vec::new()));
    }

    #[test]
    fn whole_cents_are_money() {
        assert_eq!(cents("amount", Some(json!(250))), Ok(Some(NanoUsd::cents(250))));
        assert_eq!(count("amount", Some(json!(0))), Ok(Some(0)));
    }
}
