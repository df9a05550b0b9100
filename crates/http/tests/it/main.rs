//! The API from outside, on a store in memory: whole bodies as snapshots, and the table walked route by route.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod agent_activity;
mod agent_lives;
mod agents;
mod approvals;
mod coverage;
mod documents;
mod hostile;
mod limits;
mod metrics;
mod money;
mod page;
mod people;
mod reports;
mod requests;
mod services;
mod simulations;
mod sockets;
mod spawns;
mod support;
mod suspensions;
mod teams;
mod transport;
mod unresolved;
mod usage;
mod webhooks;
