//! Running other programs, so that a failure names the command that failed.

use anyhow::{Context, Result, ensure};
use std::process::{Command, Stdio};

/// Characters of a command that are printed.
const SHOWN: usize = 200;

/// Runs the command on this terminal; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", shown(command)))?;
    ensure!(status.success(), "`{}` ended with {status}", shown(command));
    Ok(())
}

/// Like [`run`], after printing the command.
pub fn run_shown(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    run(command)
}

/// Standard output of a command that must succeed; its standard error is part of the error.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start `{}`", shown(command)))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{}` ended with {}\n{}", shown(command), output.status, complaint.trim_end());
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed something that is not text", shown(command)))
}

/// Like [`capture`], after printing the command; standard error goes to this terminal.
pub fn capture_shown(command: &mut Command) -> Result<String> {
    println!("$ {}", shown(command));
    capture(command.stderr(Stdio::inherit()))
}

/// Whether the command can be started and succeeds; it is kept silent.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Keeps the command from inheriting variables whose names begin with one of `prefixes`.
pub fn forget(command: &mut Command, prefixes: &[&str]) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// Installs a Debian package without asking; only for root.
pub fn apt_install(package: &str) -> Result<()> {
    let apt = |words: &[&str]| run_shown(Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "--quiet"])?;
    apt(&["install", "--yes", "--no-install-recommends", package])
}

/// The command as one line, cut where it is very long.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN { line } else { line.chars().take(SHOWN).chain(['…']).collect() }
}
