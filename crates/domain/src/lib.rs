//! The rules of a governed execution platform for AI agents, free of any driver.
//!
//! Values that cannot be wrong ([`money`], [`time`], [`ids`]), aggregates split by folder, the money rules as one pure
//! function ([`ledger::apply`]), and everything the outside must supply as traits ([`ports`]).
//! Deliberately absent: clocks, randomness, SQL, HTTP, async runtimes.

pub mod agent;
pub mod approval;
pub mod audit;
pub mod binding;
pub mod budget;
pub mod catalog;
pub mod delegation;
pub mod dispatch;
pub mod identity;
pub mod ids;
pub mod inbox;
pub mod ledger;
pub mod mail;
pub mod mode;
pub mod money;
pub mod policy;
pub mod ports;
pub mod promo;
pub mod publishing;
pub mod secret;
pub mod skill;
pub mod team;
pub mod time;
pub mod webhook;

pub use ids::*;
pub use mode::Mode;
pub use money::NanoUsd;
pub use secret::Secret;
pub use time::Timestamp;

// In the signatures of the ids and of the port that mints them.
pub use uuid::Uuid;
