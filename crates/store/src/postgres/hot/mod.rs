//! The statements of batches: arrays in, rows out, each prepared once per connection and pipelined.
//!
//! Statements that are polled together are sent together and executed in that order. All of them go through the connection's
//! cache of prepared statements, which keeps the order also while a statement is prepared for the first time.

mod inserts;
mod rare;
mod read;
mod updates;
mod whole;
mod write;

pub(super) use read::first_round;
pub(crate) use read::{requests, second_round};
pub(super) use whole::{KnownHead, Whole};
pub(crate) use write::write;
pub(super) use write::write_and_commit;
