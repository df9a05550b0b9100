//! Reads and writes of batches: one cached statement per row, all in one call to the thread's connection.

mod read;
mod write;

pub(crate) use read::{requests, second_round};
pub(crate) use write::write;
