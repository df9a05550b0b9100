//! Messages between this server and others: who signed what, and when.
//!
//! Pure functions over raw bytes, and the adapter that knows the secrets. Deliberately absent: reading requests, what a
//! message means, remembering which were heard (that is a port of its own), and calling anybody.

mod callers;
mod header;
mod scheme;

pub use callers::{CallbackSecrets, InvalidSecret, SHORTEST_SECRET};
pub use header::{MOST_SIGNATURES, SignatureHeader};
pub use scheme::{HEADER, SignatureError, TOLERANCE_SECONDS, sign, verify};
