//! HTTP to providers: one shared client, and an exchange that tells what is certain about it.

mod client;
mod exchange;

pub(crate) use client::client;
pub(crate) use exchange::{Body, Exchange, exchange};
