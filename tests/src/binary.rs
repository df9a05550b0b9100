//! The program under test: where it is, and running one of its commands to the end within a bound.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::wait;

/// How long a command that is not a server may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// What a finished command left.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
}

impl Finished {
    /// Fails, with what the command printed, unless it ended well.
    pub fn ok(self, what: &str) -> Result<Self> {
        ensure!(self.status.success(), "`{what}` ended with {}: {}", self.status, self.said());
        Ok(self)
    }

    /// Everything it printed, for messages and searches.
    #[must_use]
    pub fn said(&self) -> String {
        format!("{}\n{}", self.stdout.trim(), self.stderr.trim())
    }
}

/// The binary: `UPIVIA_TEST_BIN`, else the dev build of this workspace.
pub fn path() -> Result<PathBuf> {
    let path = match std::env::var_os("UPIVIA_TEST_BIN") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/upivia")),
    };
    path.canonicalize().with_context(|| format!("no program at {} (build it, or set UPIVIA_TEST_BIN)", path.display()))
}

/// The binary as a command that inherits no `UPIVIA_…` setting of the caller.
pub fn command() -> Result<Command> {
    let mut command = Command::new(path()?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("UPIVIA_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    Ok(command)
}

/// Runs a command to its end, within a minute.
pub fn run(command: &mut Command) -> Result<Finished> {
    run_within(command, COMMAND_LIMIT)
}

/// Runs a command to its end. Output goes through files, so that a full pipe cannot block it.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<Finished> {
    let dir = crate::dir::TempDir::new()?;
    let (out, err) = (dir.path().join("out"), dir.path().join("err"));
    command.stdout(File::create(&out)?).stderr(File::create(&err)?);
    let mut child = command.spawn().with_context(|| format!("start {command:?}"))?;
    let Some(status) = wait::exit(&mut child, limit)? else {
        child.kill()?;
        child.wait()?;
        bail!("{command:?} still ran after {limit:?}: {}", std::fs::read_to_string(&err)?);
    };
    Ok(Finished { status, stdout: read(&out)?, stderr: read(&err)? })
}

fn read(path: &std::path::Path) -> Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}
