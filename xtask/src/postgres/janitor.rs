//! Cleaning up, however this program ends.
//!
//! A shell waits for the end of a pipe that only this process holds open. The pipe ends when the value is dropped, and
//! also when this process is killed; then the shell runs the stop command and removes the directory. It has a process
//! group of its own, so that Ctrl-C does not reach it.

use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = r#"directory=$1; shift; cat >/dev/null; "$@"; rm -rf "$directory""#;

/// Runs a command and removes a directory when dropped.
pub struct Janitor {
    shell: Child,
}

impl Janitor {
    /// From now on `directory` will be removed, after `stop` has run.
    pub fn engage(directory: &Path, stop: &Command) -> Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "janitor"]).arg(directory).arg(stop.get_program()).args(stop.get_args());
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).current_dir("/");
        Ok(Self { shell: shell.spawn().context("cannot start a shell to clean up")? })
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            eprintln!("cannot wait for the clean-up: {error}");
        }
    }
}
