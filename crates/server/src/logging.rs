//! Where logs go: standard error, for people on a terminal, as JSON lines elsewhere. Standard output is for answers.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// Starts logging for the rest of the process.
///
/// # Errors
///
/// The filter is none.
pub fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("log: {filter:?} is no filter such as info or warn,upivia_store=debug"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started =
        if io::stderr().is_terminal() { builder.try_init() } else { builder.json().flatten_event(true).try_init() };
    started.map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))
}
