//! The account that a server runs as: PostgreSQL refuses root.

use crate::process::{capture, succeeds};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

/// Accounts to run as when started by root, the best first.
const ACCOUNTS: &[&str] = &["postgres", "nobody"];

/// Who owns the data directory and runs the server.
pub struct Owner {
    other: Option<Account>,
}

struct Account {
    name: &'static str,
    user: u32,
    group: u32,
}

impl Owner {
    /// The present account, or for root one of [`ACCOUNTS`].
    pub fn choose() -> Result<Self> {
        if !is_root() {
            return Ok(Self { other: None });
        }
        let account = ACCOUNTS.iter().find_map(|name| Account::named(name));
        let account =
            account.context("started by root, and neither `postgres` nor `nobody` exists to run PostgreSQL")?;
        Ok(Self { other: Some(account) })
    }

    /// A command that runs `program` as the owner, without the caller's PostgreSQL settings.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match &self.other {
            Some(account) => account.command(program.as_ref()),
            None => Command::new(program),
        };
        crate::process::forget(&mut command, &["PG"]);
        command.current_dir("/");
        command
    }

    /// Makes the owner own this path.
    pub fn give(&self, path: &Path) -> Result<()> {
        let Some(account) = &self.other else { return Ok(()) };
        let given = chown(path, Some(account.user), Some(account.group));
        given.with_context(|| format!("cannot give {} to {}", path.display(), account.name))
    }

    /// Whether the owner can reach and write this folder.
    pub fn can_write(&self, folder: &Path) -> bool {
        succeeds(self.command("test").arg("-w").arg(folder).arg("-a").arg("-x").arg(folder))
    }

    /// Whether the owner can reach and run this program.
    pub fn can_run(&self, program: &Path) -> bool {
        succeeds(self.command("test").arg("-x").arg(program))
    }
}

impl Account {
    fn named(name: &'static str) -> Option<Self> {
        Some(Self { name, user: id("-u", name)?, group: id("-g", name)? })
    }

    fn command(&self, program: &OsStr) -> Command {
        if succeeds(Command::new("setpriv").arg("--version")) { self.setpriv(program) } else { self.su(program) }
    }

    fn setpriv(&self, program: &OsStr) -> Command {
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={}", self.user)).arg(format!("--regid={}", self.group));
        command.arg("--clear-groups").arg("--").arg(program);
        command
    }

    fn su(&self, program: &OsStr) -> Command {
        let mut command = Command::new("su");
        command.args(["-s", "/bin/sh", "-c", r#"exec "$0" "$@""#, self.name, "--"]).arg(program);
        command
    }
}

/// Whether this process is root.
pub fn is_root() -> bool {
    id_of(&mut Command::new("id"), &["-u"]) == Some(0)
}

fn id(kind: &str, name: &str) -> Option<u32> {
    id_of(&mut Command::new("id"), &[kind, name])
}

fn id_of(command: &mut Command, words: &[&str]) -> Option<u32> {
    capture(command.args(words)).ok()?.trim().parse().ok()
}
