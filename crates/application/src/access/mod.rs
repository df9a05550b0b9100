//! Who is asking: from the text of a bearer token to a caller that use-cases can trust.
//!
//! Deliberately absent: HTTP headers and cookies (the border reads them), and the decision whether a key may still spend,
//! which belongs to the admission's own transaction.

mod authenticator;
mod author;
mod known_keys;
mod principal;

pub use authenticator::{AccessError, Authenticator};
pub use author::Author;
pub(crate) use author::{Entry, Recorder};
pub use principal::{AgentCaller, Principal, UserCaller};
