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
pub mod delegations;
pub mod dispatch;
pub mod failpoint;
pub mod gauges;
pub mod inbox;
pub mod invites;
pub mod ledger;
pub mod mails;
pub mod members;
pub mod node;
pub mod notices;
pub mod organizations;
pub mod outcomes;
pub mod password_resets;
pub mod personal_tokens;
pub mod promos;
pub mod publishing;
pub mod reconciliation;
pub mod reports;
pub mod roles;
pub mod sign_in;
pub mod simulations;
pub mod skills;
pub mod stops;
pub mod suspensions;
pub mod teams;
pub mod tokens;
pub mod users;
pub mod verify;
pub mod webhooks;
pub mod workspaces;
