//! Rubbish from the network: refused in JSON, named, survived, and without a trace in money or audit.

mod bytes;
mod input;
mod slow;
mod target;
