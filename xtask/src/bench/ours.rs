//! Our side: the program `bench-admission` of the end-to-end package prints one JSON line per measurement.

use crate::postgres::Cluster;
use crate::process::{capture_shown, run_shown};
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One line of `bench-admission --json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Ours {
    pub store: String,
    pub shape: String,
    pub in_flight: u32,
    pub commands_per_second: f64,
    pub p50_us: f64,
    pub p99_us: f64,
    pub rows_written_per_request: f64,
    pub commits_per_request: f64,
}

/// Builds the program with optimisation and says where it is.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    run_shown(cargo.args(["build", "--release", "--package", "upivia-e2e", "--bin", "bench-admission"]))?;
    Ok(workspace.built("release/bench-admission"))
}

/// Runs it once on this server; each of its measurements lasts `seconds`, or as long as the program thinks right.
pub fn measure(program: &Path, cluster: &Cluster, seconds: Option<u32>) -> Result<Vec<Ours>> {
    let mut command = Command::new(program);
    cluster.export(&mut command);
    command.arg("--json");
    if let Some(seconds) = seconds {
        command.arg("--seconds").arg(seconds.to_string());
    }
    let printed = capture_shown(&mut command)?;
    let lines = printed.lines().filter(|line| line.starts_with('{'));
    let parsed: Result<Vec<Ours>> = lines.map(parse).collect();
    ensure!(!parsed.as_ref().is_ok_and(Vec::is_empty), "bench-admission printed no measurement");
    parsed
}

fn parse(line: &str) -> Result<Ours> {
    serde_json::from_str(line).with_context(|| format!("not a measurement: {line}"))
}
