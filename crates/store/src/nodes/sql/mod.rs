//! The statements about processes. Compiled once for each database.

pub(crate) mod leases;
pub(crate) mod unfinished;

use super::Conn;
pub(crate) use super::node_clock as clock;
