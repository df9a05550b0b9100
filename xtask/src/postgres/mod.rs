//! A private PostgreSQL for tests and benches: real, durable, on loopback, gone afterwards.
//!
//! It runs with the defaults of PostgreSQL, `fsync` on, for tests of durability are among its users.

mod binaries;
mod cluster;
mod janitor;
mod owner;

pub use binaries::Binaries;
pub use cluster::Cluster;
pub use owner::is_root;

use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Connections enough for tests that run side by side.
pub const CONNECTIONS_FOR_TESTS: u16 = 200;

/// `cargo xtask postgres [-- COMMAND …]`.
pub fn run(args: &[String]) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    match args {
        [] => wait_for_enter(&workspace),
        [dashes, program, rest @ ..] if dashes == "--" => run_beside(&workspace, program, rest),
        [dashes] if dashes == "--" => anyhow::bail!("a command must follow `--`"),
        [other, ..] => Err(crate::args::unknown(other)),
    }
}

fn start(workspace: &Workspace) -> Result<Cluster> {
    Cluster::start(Binaries::find(&workspace.state())?, CONNECTIONS_FOR_TESTS)
}

fn wait_for_enter(workspace: &Workspace) -> Result<ExitCode> {
    let cluster = start(workspace)?;
    println!("{}", cluster.url());
    eprintln!("Enter stops it.");
    std::io::stdin().read_line(&mut String::new()).context("cannot read the keyboard")?;
    Ok(ExitCode::SUCCESS)
}

fn run_beside(workspace: &Workspace, program: &str, args: &[String]) -> Result<ExitCode> {
    let cluster = start(workspace)?;
    let mut command = Command::new(program);
    cluster.export(&mut command);
    let status = command.args(args).status().with_context(|| format!("cannot start `{program}`"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// `PATH` with this folder in front.
fn path_with(first: &std::path::Path) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(PathBuf::from(first)).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("a folder of PATH has a colon in its name")
}
