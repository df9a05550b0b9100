//! The one guard of outbound HTTP: which URLs may be called, to which addresses their names may lead, and what is certain
//! about a call afterwards.
//!
//! Addresses are judged when a name is resolved and the connection goes to what was judged, so a name that changes its
//! address between check and call (DNS rebinding) gains nothing. Redirects and proxies are off in the client. Deliberately
//! absent: what is said to whom, and whether it is paid for.

mod address;
mod client;
mod destination;
mod exchange;
mod resolver;

pub use client::client;
pub use destination::{Destination, EgressError, Reach};
pub use exchange::{Body, Exchange, exchange};
