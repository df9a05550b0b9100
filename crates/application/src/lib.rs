//! Use-cases over the domain's ports: one service per aggregate, each change one transaction with its audit event.
//!
//! Here live group commit ([`ledger`]), the life of a request ([`dispatch`]), what becomes of it later ([`reconciliation`]),
//! leases and recovery ([`node`]), and the administrative use-cases. Deliberately absent: drivers, HTTP, configuration.

pub mod access;
pub mod agents;
pub mod approvals;
pub mod bootstrap;
pub mod budgets;
pub mod clock;
pub mod dispatch;
pub mod failpoint;
pub mod gauges;
pub mod inbox;
pub mod ledger;
pub mod node;
pub mod outcomes;
pub mod personal_tokens;
pub mod publishing;
pub mod reconciliation;
pub mod reports;
pub mod sign_in;
pub mod simulations;
pub mod suspensions;
pub mod teams;
pub mod tokens;
pub mod verify;
pub mod workspaces;
