//! `cargo xtask bench dispatch`: governed requests over HTTP beside the hop, the same server without its ledger.
//!
//! The program `bench-dispatch` of the end-to-end package measures; here the server is built for it, a PostgreSQL is started
//! beside it, and its lines become a table. Nothing is built while something is measured.

mod report;

use crate::args;
use crate::postgres::{Binaries, CONNECTIONS_FOR_TESTS, Cluster};
use crate::process::run_shown;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use report::{Measured, Report};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What is handed on to the program that measures.
const HANDED_ON: &[&str] = &["--seconds", "--pairs", "--connections", "--only"];

struct Options {
    handed_on: Vec<String>,
    needs_postgres: bool,
    out: Option<PathBuf>,
}

pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let workspace = Workspace::load()?;
    let (server, bench) = build(&workspace)?;
    let mut command = Command::new(bench);
    command.args(&options.handed_on).env("UPIVIA_TEST_BIN", server);
    let cluster = options.needs_postgres.then(|| cluster(&workspace)).transpose()?;
    if let Some(cluster) = &cluster {
        cluster.export(&mut command);
    }
    let report = measure(command)?;
    print!("\n{report}");
    match &options.out {
        Some(file) => report.write(file),
        None => Ok(()),
    }
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self { handed_on: Vec::new(), needs_postgres: true, out: None };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let value = args::value(&mut args, arg)?;
            match arg.as_str() {
                "--out" => options.out = Some(value.into()),
                flag if HANDED_ON.contains(&flag) => {
                    options.needs_postgres &= (flag, value) != ("--only", "sqlite");
                    options.handed_on.extend([flag.to_owned(), value.to_owned()]);
                }
                other => return Err(args::unknown(other)),
            }
        }
        Ok(options)
    }
}

/// The server with its hop, and the program that measures it.
///
/// The server is moved away from where a release is looked for: nobody shall ship one that can leave out its ledger.
fn build(workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package", "upivia-server", "--package", "upivia-e2e"]);
    run_shown(cargo.args(["--bin", "upivia", "--bin", "bench-dispatch", "--features", "upivia-server/bench-hop"]))?;
    let folder = workspace.state().join("bench-hop");
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let (built, server) = (workspace.built("release/upivia"), folder.join("upivia"));
    fs::rename(&built, &server).with_context(|| format!("move {}", built.display()))?;
    Ok((server, workspace.built("release/bench-dispatch")))
}

fn cluster(workspace: &Workspace) -> Result<Cluster> {
    Cluster::start(Binaries::find(&workspace.state())?, CONNECTIONS_FOR_TESTS)
}

/// Shows each case as soon as it is measured.
fn measure(mut command: Command) -> Result<Report> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start bench-dispatch")?;
    let printed = child.stdout.take().context("bench-dispatch has no output")?;
    let mut report = Report::new();
    for line in BufReader::new(printed).lines() {
        let line = line?;
        let measured: Measured = serde_json::from_str(&line).with_context(|| format!("not a measurement: {line}"))?;
        println!("{}", measured.row());
        report.add(measured);
    }
    let status = child.wait()?;
    ensure!(status.success(), "bench-dispatch ended with {status}");
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parsed(args: &[&str]) -> anyhow::Result<Options> {
        Options::parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_table_of_options_is_closed() -> anyhow::Result<()> {
        let options = parsed(&["--pairs", "3", "--out", "x.json", "--only", "sqlite"])?;
        assert_eq!(options.handed_on, ["--pairs", "3", "--only", "sqlite"]);
        assert!(!options.needs_postgres && options.out.is_some());
        assert!(parsed(&["--only", "postgres"])?.needs_postgres);
        assert!(parsed(&["--pears", "3"]).is_err() && parsed(&["--pairs"]).is_err());
        Ok(())
    }
}
