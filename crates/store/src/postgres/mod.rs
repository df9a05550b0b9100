//! PostgreSQL: pools of connections, and statements that read and write a whole batch at once.
//!
//! Modules of `both` (and of every folder that is the same for both databases) are compiled here once more, with
//! `super::Conn` as the only difference. Jobs run by [`Pool::run`]; a job that writes begins with [`begin`], locks with
//! [`heads::lock`] and ends with [`commit`].

mod batch;
mod database;
mod guess;
pub(crate) mod heads;
pub(crate) mod hot;
mod pool;
mod settings;
mod statement;
mod transaction;
mod url;

#[path = "../both/data_keys.rs"]
pub(crate) mod data_keys;
#[path = "../unit_of_work/limit_postgres.rs"]
mod limit;
#[path = "../both/load.rs"]
pub(crate) mod load;
#[path = "../nodes/clock_postgres.rs"]
pub(crate) mod node_clock;
#[path = "../nodes/sql/mod.rs"]
pub(crate) mod nodes;
#[path = "../both/policy.rs"]
pub(crate) mod policy;
#[path = "../queries/sql/mod.rs"]
pub(crate) mod queries;
#[path = "../repositories/sql/mod.rs"]
mod repositories;
#[path = "../both/requests.rs"]
mod requests;
#[path = "../scan/sql/mod.rs"]
pub(crate) mod scan;
#[path = "../both/settings.rs"]
pub(crate) mod settings_table;
#[path = "../unit_of_work/sql/mod.rs"]
pub(crate) mod unit_of_work;
#[path = "../scan/view_postgres.rs"]
mod view;

pub(crate) use database::Database;
pub(crate) use pool::Pool;
pub(crate) use settings::Work;
pub(crate) use transaction::{begin, commit};

/// A connection.
pub(crate) type Conn = diesel_async::AsyncPgConnection;
