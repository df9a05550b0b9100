//! The routes, one module per group of URLs, each with its table on top.

pub(crate) mod agents;
pub(crate) mod approvals;
pub(crate) mod audit_logs;
pub(crate) mod balance;
pub(crate) mod budget_alerts;
pub(crate) mod budget_requests;
mod cursor;
pub(crate) mod docs;
mod export;
mod filters;
pub(crate) mod health;
mod idempotency;
pub(crate) mod me;
pub(crate) mod ops;
pub(crate) mod personal_tokens;
pub(crate) mod present;
pub(crate) mod service_requests;
pub(crate) mod services;
pub(crate) mod simulations;
pub(crate) mod suspensions;
pub(crate) mod teams;
mod top_up;
pub(crate) mod usage;
pub(crate) mod webhook_endpoints;
pub(crate) mod webhooks;
pub(crate) mod whoami;
pub(crate) mod workspaces;
