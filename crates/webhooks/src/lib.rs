//! Messages between this server and others: who signed what, and when.
//!
//! In: pure functions over raw bytes, and the adapter that knows the secrets of whoever calls. Out: signatures of
//! [Standard Webhooks](https://www.standardwebhooks.com), and the adapter that makes the call ([`out`]). Deliberately absent:
//! reading requests, what a message means, and remembering which were heard or sent (those are ports of their own).

mod callers;
mod header;
pub mod out;
mod scheme;

pub use callers::{CallbackSecrets, InvalidSecret, SHORTEST_SECRET};
pub use header::{MOST_SIGNATURES, SignatureHeader};
pub use scheme::{HEADER, SignatureError, TOLERANCE_SECONDS, sign, verify};
