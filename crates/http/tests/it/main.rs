//! The API from outside, on a store in memory: whole bodies as snapshots, and the table walked route by route.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod agents;
mod approvals;
mod coverage;
mod documents;
mod hostile;
mod limits;
mod metrics;
mod page;
mod reports;
mod requests;
mod simulations;
mod sockets;
mod support;
mod transport;
mod webhooks;
