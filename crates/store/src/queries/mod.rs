//! Reads outside a transaction, one file per port. The statements are in `sql`, which each database compiles for itself.

mod agents;
mod approvals;
mod credentials;
mod delegations;
mod inbox;
mod journal;
mod ledger;
mod links;
mod outbox;
mod outcomes;
mod promos;
mod publishing;
mod receipts;
mod requests;
mod skills;
mod stops;
mod teams;
mod usage;
mod webhooks;

use std::fmt::Display;

use upivia_domain::ports::StoreError;

/// Lets whichever database is behind the store `read` or `write` by `module::file::function(conn, …)`.
macro_rules! ask {
    ($store:expr, $kind:ident $module:ident::$($function:ident)::+($($argument:ident),*)) => {
        match $store.backend() {
            $crate::connect::Backend::Sqlite(database) => {
                database.$kind(move |conn| Box::pin($crate::sqlite::$module::$($function)::+(conn $(, $argument)*))).await
            }
            $crate::connect::Backend::Postgres(database) => {
                database.$kind(move |conn| Box::pin($crate::postgres::$module::$($function)::+(conn $(, $argument)*))).await
            }
        }
    };
}

pub(crate) use ask;

/// Names the row in the failure to read it.
pub(crate) fn in_row<T>(key: impl Display, result: Result<T, StoreError>) -> Result<T, StoreError> {
    result.map_err(|error| match error {
        StoreError::Internal(text) => StoreError::Internal(format!("{text} (row {key})")),
        other => other,
    })
}
