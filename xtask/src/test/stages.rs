//! The stages, in their order.
//!
//! Every Cargo call chooses among the targets of the whole workspace: with `-p` Cargo would resolve other features and
//! build much of the tree a second time.

use super::setup::Setup;
use crate::process::{run_shown, succeeds};
use anyhow::{Result, ensure};
use std::process::Command;

/// The package of the end-to-end tests.
const E2E: &str = "upivia-e2e";

/// One step of `cargo xtask test`.
pub struct Stage {
    pub name: &'static str,
    /// It runs tests on PostgreSQL, and must prove that it did.
    pub uses_services: bool,
    pub run: fn(&Setup) -> Result<()>,
}

pub const STAGES: &[Stage] = &[
    Stage { name: "layers", uses_services: false, run: |_| crate::layers::run(&[]) },
    Stage { name: "fmt", uses_services: false, run: fmt },
    Stage { name: "build", uses_services: false, run: build },
    Stage { name: "clippy", uses_services: false, run: clippy },
    Stage { name: "unit", uses_services: true, run: unit },
    Stage { name: "embed", uses_services: false, run: embed },
    Stage { name: "e2e", uses_services: true, run: e2e },
    Stage { name: "python", uses_services: true, run: python },
];

fn fmt(setup: &Setup) -> Result<()> {
    require_component(setup, "fmt", "rustfmt")?;
    run_shown(setup.workspace.cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(setup: &Setup) -> Result<()> {
    require_component(setup, "clippy", "clippy")?;
    run_shown(setup.workspace.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn require_component(setup: &Setup, subcommand: &str, component: &str) -> Result<()> {
    let present = succeeds(setup.workspace.cargo().args([subcommand, "--version"]));
    ensure!(present, "`cargo {subcommand}` is missing: `rustup component add {component}`, or install {component}");
    Ok(())
}

fn build(setup: &Setup) -> Result<()> {
    run_shown(setup.workspace.cargo().args(["build", "--workspace", "--all-targets"]))
}

/// Tests inside crates and the integration tests of every crate but the end-to-end package.
fn unit(setup: &Setup) -> Result<()> {
    let mut command = setup.workspace.cargo();
    command.args(["test", "--workspace", "--lib", "--bins"]);
    command.args(test_flags(setup, |package| package != E2E));
    run_shown(setup.export(&mut command))
}

/// The example that embeds the use-cases in a program of its own.
fn embed(setup: &Setup) -> Result<()> {
    run_shown(setup.workspace.cargo().args(["build", "--workspace", "--example", "embed"]))?;
    run_shown(&mut Command::new(setup.workspace.built("debug/examples/embed")))
}

fn e2e(setup: &Setup) -> Result<()> {
    build(setup)?;
    let tests = test_flags(setup, |package| package == E2E);
    ensure!(!tests.is_empty(), "the package `{E2E}` has no integration test");
    let mut command = setup.workspace.cargo();
    command.args(["test", "--workspace"]).args(tests).args(["--", "--test-threads=2"]);
    run_shown(setup.export(&mut command))
}

/// The published client against the binary, once on each database.
fn python(setup: &Setup) -> Result<()> {
    build(setup)?;
    ["sqlite", "postgres"].into_iter().try_for_each(|store| pytest(setup, store))
}

fn pytest(setup: &Setup, store: &str) -> Result<()> {
    println!("on {store}:");
    let mut command = Command::new(setup.python()?);
    command.args(["-m", "pytest", "-p", "no:cacheprovider", "tests/python"]).current_dir(setup.workspace.root());
    run_shown(setup.export(&mut command).env("UPIVIA_TEST_STORE", store))
}

fn test_flags(setup: &Setup, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let tests = setup.workspace.integration_tests(wanted);
    tests.into_iter().flat_map(|test| ["--test".to_owned(), test]).collect()
}
