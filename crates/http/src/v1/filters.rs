//! The filters that lists of the past share, as parameters.

use upivia_domain::dispatch::Tag;

use crate::{
    ApiError,
    openapi::{Kind, Parameter},
    query::Query,
};

pub(super) const AGENT: Parameter = Parameter::query("agent_id", "Only of this agent.", Kind::Text);
pub(super) const SERVICE: Parameter = Parameter::query("service", "Only of this service.", Kind::Text);
pub(super) const OPERATION: Parameter =
    Parameter::query("operation", "Only of this operation: dotted, or alone beside `service`.", Kind::Text);
pub(super) const FROM: Parameter =
    Parameter::query("from", "Not before: an instant, or a date as its first instant in UTC.", Kind::Time);
pub(super) const TO: Parameter =
    Parameter::query("to", "Before: an instant, or a date as its first instant in UTC; later than `from`.", Kind::Time);
pub(super) const TAG: Parameter = Parameter::query(
    "tag",
    "Only of requests with this label, `key:value`. Labels are encrypted with the request, so each one has to be opened: a \
     page ends after 20,000 rows even when it is not full; 400 where none of them had the label, and `from` and `to` help.",
    Kind::Text,
);
pub(super) const CURSOR: Parameter = Parameter::query("cursor", "The `next_cursor` of the page before.", Kind::Text);

/// The label that is asked for.
pub(super) fn tag(query: &Query) -> Result<Option<Tag>, ApiError> {
    query.parsed("tag")
}

/// Clients stop at an empty page: one that only looks like the end must not be sent.
pub(super) fn not_lost(is_empty: bool, next: Option<i64>) -> Result<(), ApiError> {
    if is_empty && next.is_some() {
        return Err(ApiError::invalid(
            "tag",
            "is on none of the newest 20,000 rows; narrow the search with from and to",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_page_in_the_middle_is_no_answer() {
        assert!(not_lost(true, Some(7)).is_err());
        for (is_empty, next) in [(true, None), (false, Some(7)), (false, None)] {
            assert_eq!(not_lost(is_empty, next), Ok(()));
        }
    }
}
