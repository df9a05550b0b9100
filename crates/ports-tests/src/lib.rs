//! What the persistence ports promise, as tests that every adapter runs.
//!
//! An adapter implements [`Fixture`], writes a function that makes one, and stamps the suite in a test of its own:
//!
//! ```text
//! async fn fresh() -> MyFixture { … }
//!
//! upivia_ports_tests::contract_suite!(fresh);
//! ```
//!
//! Each function in [`contract`] states one promise and becomes one `#[test]`. Whatever a test does, afterwards every
//! journal of the store must verify as a chain and every ledger must add up; the runner sees to it.
//! Deliberately absent: what only one adapter promises (triggers, encryption, migrations) is tested beside the adapter.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a suite of tests fails by panicking; nothing else depends on this crate"
)]

mod books;
mod clock;
pub mod contract;
mod drive;
mod edits;
mod fixture;
mod holder;
mod mint;
mod requests;
mod run;
mod seed;
mod stamp;
mod stored;
mod tenant;
mod world;

pub use clock::{NOON, TestClock};
pub use fixture::{Fixture, Locking, Ports};
pub use run::run;
pub use world::World;
