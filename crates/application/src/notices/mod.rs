//! From the journal to other people's servers: nothing of it happens in the transaction of whatever is told.
//!
//! The journal is the log. [`Follower`] reads each organization's behind its cursor and writes, in one transaction with the
//! cursor, what is to be told; [`Courier`] sends it. Any number of nodes do both. Deliberately absent: signing and calling
//! (a port), and endpoints themselves ([`crate::webhooks`]).

mod audience;
mod courier;
mod follower;
mod letters;
mod reading;

pub use audience::NoticeMails;
pub use courier::{Courier, CourierParts};
pub use follower::{Follower, FollowerParts};
