//! Standard output: what commands answer, and what only the first start may show. Never logs.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Prints a text and a line break, flushed.
///
/// # Errors
///
/// Nobody can read it.
pub fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("standard output")
}

/// Tells why the program ends, with every cause, on standard error.
pub fn complain(error: &anyhow::Error) {
    // There is nowhere left to tell about a failure to tell.
    let _ = writeln!(io::stderr().lock(), "error: {error:#}");
}
