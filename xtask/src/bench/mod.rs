//! `cargo xtask bench admission`: our admissions beside the same work done statement by statement with row locks.
//! `cargo xtask bench dispatch` is in `dispatch`.
//!
//! Both sides run on one PostgreSQL with its default settings, alternating, so that a slow minute of the machine hits
//! both. Nothing is built while something is measured.

mod dispatch;
mod naive;
mod ours;
mod report;

use crate::args;
use crate::postgres::{Binaries, Cluster};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use report::Report;
use std::path::PathBuf;

/// How often each side is measured; the best run counts.
const ROUNDS: u32 = 2;

/// More than the clients of the naive side.
const CONNECTIONS: u16 = 400;

/// Seconds of one run of the naive side where the caller did not say.
const NAIVE_SECONDS: u32 = 5;

struct Options {
    seconds: Option<u32>,
    out: Option<PathBuf>,
}

/// `cargo xtask bench …`.
pub fn run(args: &[String]) -> Result<()> {
    match args.split_first() {
        Some((name, rest)) if name == "admission" => admission(&Options::parse(rest)?),
        Some((name, rest)) if name == "dispatch" => dispatch::run(rest),
        _ => bail!("there are two benches: `cargo xtask bench admission` and `cargo xtask bench dispatch`"),
    }
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self { seconds: None, out: None };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--seconds" => {
                    options.seconds = Some(args::value(&mut args, "--seconds")?.parse().context("--seconds")?)
                }
                "--out" => options.out = Some(args::value(&mut args, "--out")?.into()),
                other => return Err(args::unknown(other)),
            }
        }
        Ok(options)
    }
}

fn admission(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let program = ours::build(&workspace)?;
    let cluster = Cluster::start(Binaries::find(&workspace.state())?, CONNECTIONS)?;
    let seconds = options.seconds.unwrap_or(NAIVE_SECONDS);
    let naive = naive::Naive::new(&cluster, workspace.root(), seconds);
    let mut report = Report::new(ROUNDS, seconds);
    for round in 1..=ROUNDS {
        println!("\nround {round} of {ROUNDS}");
        report.add_ours(ours::measure(&program, &cluster, options.seconds)?);
        report.add_naive(naive.measure()?);
    }
    print!("\n{report}");
    match &options.out {
        Some(file) => report.write(file),
        None => Ok(()),
    }
}
