//! A use-case on one connection. Compiled once for each database.

mod apply;
mod commit;
mod initialise;
mod port;
mod run;
mod tx;

use upivia_domain::ports::StoreError;

use super::{Conn, begin, commit as send_commit, data_keys, heads, limit, load};

pub(crate) use initialise::initialise;
pub(crate) use run::run;
pub(crate) use tx::OpenTx;

fn silent() -> StoreError {
    StoreError::Unavailable("the database did not answer".to_owned())
}
