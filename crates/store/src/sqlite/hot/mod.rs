//! Reads and writes of batches: one cached statement per row, all in one call to the thread's connection.
//!
//! Reads by a unique key end with `get_result`, never with `first`: its `LIMIT ?` makes SQLite prepare the statement anew
//! whenever the value is bound.

mod read;
mod statement;
mod write;

pub(crate) use read::{requests, second_round};
pub(crate) use write::write;
