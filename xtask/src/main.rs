//! Set-up, tests, checks and benches of this repository, run as `cargo xtask …`.
//!
//! It needs Rust and Python 3 on the machine and brings everything else itself. Nothing here is part of the product.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]

mod args;
mod bench;
mod layers;
mod node;
mod postgres;
mod process;
mod python;
mod test;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  layers                      check the manifests against the table of layers
  test [--full] [--only STAGE]
                              set up Python, Node.js and a private PostgreSQL, then run the stages
                              layers, fmt, build, clippy, unit, embed, e2e, python;
                              --only may be given several times; --full adds the slow tests
  postgres [-- COMMAND …]     start a private PostgreSQL, run COMMAND with the environment of the tests, stop it;
                              without COMMAND: print its URL and wait for the Enter key
  bench admission [--seconds N] [--out FILE]
                              measure admissions beside the same work done by pgbench with row locks
  bench dispatch [--seconds N] [--pairs N] [--connections N,N] [--only sqlite|postgres] [--out FILE]
                              measure governed requests over HTTP beside the same server without its ledger
  help                        print this text

Environment:
  UPIVIA_TEST_POSTGRES_BIN    folder of the PostgreSQL programs to use, instead of looking for one
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    dispatch(&args).unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

fn dispatch(args: &[String]) -> anyhow::Result<ExitCode> {
    let (command, rest) = args.split_first().map_or(("help", args), |(first, rest)| (first.as_str(), rest));
    if command == "help" || args::asks_for_help(args) {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    match command {
        "layers" => layers::run(rest).map(|()| ExitCode::SUCCESS),
        "test" => test::run(rest).map(|()| ExitCode::SUCCESS),
        "postgres" => postgres::run(rest),
        "bench" => bench::run(rest).map(|()| ExitCode::SUCCESS),
        other => anyhow::bail!("unknown command `{other}`; see `cargo xtask help`"),
    }
}
