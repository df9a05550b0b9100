//! The switch of the yardstick of `cargo xtask bench dispatch`: this process holds and charges nothing. Compiled only with
//! the feature `bench-hop`, and even then it wants to be told, and listens to this machine alone.

use std::net::SocketAddr;

use anyhow::{Result, ensure};

const SWITCH: &str = "UPIVIA_TEST_HOP";

/// Whether this process is to serve without the ledger.
///
/// # Errors
///
/// It would, to others than this machine.
pub(super) fn is_wanted(listen: &str) -> Result<bool> {
    tracing::warn!("built with `bench-hop`: not for production");
    if std::env::var_os(SWITCH).is_none() {
        return Ok(false);
    }
    let is_near = listen.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    ensure!(is_near, "{SWITCH} is set: without the ledger only loopback is served, not {listen}");
    tracing::warn!("{SWITCH} is set: nothing is held, charged or remembered");
    Ok(true)
}
