//! Where logs go: standard error, for people on a terminal, as JSON lines elsewhere. Standard output is for answers.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// Reads a filter.
///
/// # Errors
///
/// The text is none.
pub fn filter(text: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(text)
        .with_context(|| format!("log: {text:?} is no filter such as info or warn,upivia_store=debug"))
}

/// Starts logging for the rest of the process.
///
/// # Errors
///
/// The filter is none.
pub fn start(text: &str) -> Result<()> {
    let builder = tracing_subscriber::fmt().with_env_filter(filter(text)?).with_writer(io::stderr);
    let started = match io::stderr().is_terminal() {
        true => builder.try_init(),
        false => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))
}
