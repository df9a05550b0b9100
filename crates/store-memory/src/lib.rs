//! Every persistence port in memory: for tests, and for embedding the platform where nothing needs to outlive the process.
//!
//! It keeps the promises of the ports like any adapter and passes the same suite: organizations are locked one by one, a
//! transaction that fails leaves nothing, the rules are [`upivia_domain::ledger::apply`] and see only the rows that
//! [`upivia_domain::ledger::Command::reads`] and [`upivia_domain::ledger::meters_needed`] name.
//! Deliberately absent: durability, and randomness that could protect anything ([`SequenceEntropy`] is for tests).

mod batch;
mod faults;
mod locks;
mod machine;
mod nodes;
mod queries;
mod scan;
mod state;
mod store;
mod transaction;
mod unit_of_work;

pub use faults::Faults;
pub use machine::{ManualClock, PepperedHasher, SequenceEntropy, SequentialIds};
pub use store::MemoryStore;
