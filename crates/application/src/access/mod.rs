//! Who is asking: from the text of a bearer token to a caller that use-cases can trust.
//!
//! Deliberately absent: HTTP headers and cookies (the border reads them), and the decision whether a key may still spend,
//! which belongs to the admission's own transaction.

mod authenticator;
mod author;
mod initiator;
mod known_keys;
mod principal;
mod recorder;
mod rights;
mod uses;

pub use authenticator::{AccessError, Authenticator};
pub use author::Author;
pub(crate) use initiator::Denied;
pub use initiator::Initiator;
pub use principal::{AgentCaller, Principal, UserCaller};
pub(crate) use recorder::{Entry, Recorder};
pub(crate) use rights::{included, included_in_team};
