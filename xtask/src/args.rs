//! The little that the commands share in reading their arguments.

use anyhow::{Context, Result};

/// Whether `--help` or `-h` stands before a `--`, behind which the words belong to another program.
pub fn asks_for_help(args: &[String]) -> bool {
    args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--help" || arg == "-h")
}

/// The word after `flag`.
pub fn value<'a>(args: &mut impl Iterator<Item = &'a String>, flag: &str) -> Result<&'a str> {
    args.next().map(String::as_str).with_context(|| format!("`{flag}` needs a value"))
}

/// The error for a word that no command knows.
pub fn unknown(arg: &str) -> anyhow::Error {
    anyhow::anyhow!("unknown argument `{arg}`; see `cargo xtask help`")
}
