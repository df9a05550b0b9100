//! A Python environment of our own with pinned packages, made once under `target`.

use crate::process::{run, succeeds};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = include_str!("../requirements.txt");
const PROBE: &str = "import pip, pytest, pytest_asyncio, langchain_core, standardwebhooks, upivia";
/// For the full tier, beside those.
const MORE_REQUIREMENTS: &str = include_str!("../requirements-full.txt");
const MORE_PROBE: &str = "import schemathesis";

/// A Python with the packages of `requirements.txt`.
pub struct Python {
    interpreter: PathBuf,
}

impl Python {
    /// Makes the environment, or brings it up to date, or leaves it as it is.
    pub fn prepare(state: &Path) -> Result<Self> {
        let venv = state.join("venv");
        let python = Self { interpreter: venv.join("bin/python") };
        let stamp = venv.join("installed.txt");
        let same = fs::read_to_string(&stamp).is_ok_and(|installed| installed == REQUIREMENTS);
        if !(same && python.runs(PROBE)) {
            python.install(&venv)?;
            fs::write(&stamp, REQUIREMENTS).context("cannot note what was installed")?;
        }
        Ok(python)
    }

    /// Adds what the full tier needs, unless it is there.
    pub fn complete(&self, state: &Path) -> Result<()> {
        let stamp = state.join("venv/installed-full.txt");
        let same = fs::read_to_string(&stamp).is_ok_and(|installed| installed == MORE_REQUIREMENTS);
        if !(same && self.runs(MORE_PROBE)) {
            let list = state.join("venv/requirements-full.txt");
            fs::write(&list, MORE_REQUIREMENTS).context("cannot write the list of Python packages")?;
            self.pip_install(&["-r", &list.to_string_lossy()])?;
            fs::write(&stamp, MORE_REQUIREMENTS).context("cannot note what was installed")?;
        }
        Ok(())
    }

    pub fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    /// `pip install` with these words.
    pub fn pip_install(&self, words: &[&str]) -> Result<()> {
        let mut pip = Command::new(&self.interpreter);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        run(pip.args(words))
    }

    fn runs(&self, program: &str) -> bool {
        succeeds(Command::new(&self.interpreter).args(["-c", program]))
    }

    fn install(&self, venv: &Path) -> Result<()> {
        if !self.runs("import pip") {
            println!("making a Python environment in {}", venv.display());
            create(venv)?;
        }
        let list = venv.join("requirements.txt");
        fs::write(&list, REQUIREMENTS).context("cannot write the list of Python packages")?;
        self.pip_install(&["-r", &list.to_string_lossy()])
    }
}

/// Debian ships Python without the module that makes environments; as root it can be added.
fn create(venv: &Path) -> Result<()> {
    if !succeeds(Command::new("python3").arg("--version")) {
        bail!("Python 3 is missing: install `python3` and `python3-venv`");
    }
    if succeeds(&mut venv_command(venv)) {
        return Ok(());
    }
    if crate::postgres::is_root() && succeeds(Command::new("apt-get").arg("--version")) {
        crate::process::apt_install("python3-venv")?;
    }
    run(&mut venv_command(venv)).context("cannot make a Python environment: is `python3-venv` installed?")
}

fn venv_command(venv: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", "venv", "--clear"]).arg(venv);
    command
}
