//! The statements of the queries. Compiled once for each database.

pub(crate) mod agents;
pub(crate) mod approvals;
pub(crate) mod credentials;
pub(crate) mod inbox;
pub(crate) mod journal;
pub(crate) mod ledger;
pub(crate) mod outcomes;
pub(crate) mod publishing;
pub(crate) mod receipts;
pub(crate) mod requests;
pub(crate) mod teams;
pub(crate) mod usage;

use super::{Conn, data_keys, nodes::unfinished::busy_since};
