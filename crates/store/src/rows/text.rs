//! Cells of text and bytes.

use std::{fmt::Display, str::FromStr};

use upivia_domain::ports::StoreError;

use crate::error::unreadable;

/// The value that a text stands for.
pub(crate) fn parse<T: FromStr<Err: Display>>(
    table: &'static str,
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    text.parse().map_err(|why| unreadable(table, column, why))
}

/// The same for a cell that may be empty.
pub(crate) fn parse_opt<T: FromStr<Err: Display>>(
    table: &'static str,
    column: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| parse(table, column, text)).transpose()
}

/// A SHA-256.
pub(crate) fn hash(table: &'static str, column: &'static str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| unreadable(table, column, "it does not have 32 bytes"))
}
