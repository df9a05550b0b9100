//! Where things are: the root, the target folder, the programs that Cargo builds.

use crate::process;
use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Variables that `cargo run` gives to this program. Passed on to another Cargo they make build scripts run again.
const OF_CARGO_RUN: &[&str] = &["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"];

/// This workspace, as Cargo describes it without its dependencies.
pub struct Workspace(Metadata);

impl Workspace {
    /// Asks Cargo about the workspace around the working directory.
    pub fn load() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata failed")?;
        Ok(Self(metadata))
    }

    pub fn root(&self) -> &Path {
        self.0.workspace_root.as_std_path()
    }

    /// A folder under `target` for what this tool keeps between runs.
    pub fn state(&self) -> PathBuf {
        self.0.target_directory.as_std_path().join("xtask")
    }

    /// What Cargo builds at `path`, for example `debug/upivia`.
    pub fn built(&self, path: &str) -> PathBuf {
        self.0.target_directory.as_std_path().join(path)
    }

    /// Cargo in the root of the workspace.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        process::forget(&mut command, OF_CARGO_RUN);
        command.current_dir(self.root());
        command
    }

    /// Names of the integration tests of the packages that `wanted` chooses.
    pub fn integration_tests(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let packages = self.0.packages.iter().filter(|package| wanted(package.name.as_str()));
        packages.flat_map(tests_of).collect()
    }
}

fn tests_of(package: &Package) -> impl Iterator<Item = String> {
    let tests = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test));
    tests.map(|target| target.name.clone())
}
