//! The statements of the queries. Compiled once for each database.

pub(crate) mod agents;
pub(crate) mod approvals;
pub(crate) mod credentials;
pub(crate) mod delegations;
pub(crate) mod inbox;
pub(crate) mod journal;
pub(crate) mod ledger;
pub(crate) mod links;
pub(crate) mod outbox;
pub(crate) mod outcomes;
pub(crate) mod promos;
pub(crate) mod publishing;
pub(crate) mod receipts;
pub(crate) mod requests;
pub(crate) mod skills;
pub(crate) mod standings;
pub(crate) mod stops;
pub(crate) mod teams;
pub(crate) mod usage;
pub(crate) mod webhook_outbox;
pub(crate) mod webhooks;

use super::{Conn, begin, commit as send_commit, data_keys, nodes::unfinished::busy_since};
