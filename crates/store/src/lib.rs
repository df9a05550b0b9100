//! Persistence on SQLite and PostgreSQL: one source for both, with the few hot statements written twice.
//!
//! [`Store`] implements every persistence port and leads each call to the database behind it. [`sqlite`] and [`postgres`]
//! hold what truly differs: connections, the lock of an organization, bulk reads and writes. Everything else that speaks SQL
//! is one file of diesel, compiled once per database: the modules `sqlite` and `postgres` both include it by `#[path]`, and
//! it begins with `use super::Conn`. `rows` converts rows by hand, `ledger` is what batches and units of work share.
//! Deliberately absent: rules about money (they are `upivia_domain::ledger`), and HTTP.
#![expect(clippy::duplicate_mod, reason = "one source for both databases: its files are compiled once for each")]

mod connect;
pub mod crypto;
mod embedded;
mod error;
mod ledger;
mod migrate;
mod nodes;
mod postgres;
mod queries;
mod repositories;
mod rows;
mod scan;
mod schema;
mod sqlite;
mod unit_of_work;

pub use connect::{OpenError, Store, StoreParts};
pub use ledger::StoreStats;
pub use migrate::{SchemaState, migrate_postgres};

#[doc(hidden)]
pub mod testing {
    //! Faults for tests. Nothing here is used by a running server.
    pub use crate::ledger::{Fault, Faults};
}
