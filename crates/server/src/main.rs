//! The binary: configuration, wiring, workers, commands. Rules live below; here is only what touches the machine.

mod cli;
mod commands;
mod config;
mod data_dir;
#[cfg(test)]
mod documented;
#[cfg(debug_assertions)]
mod failpoints;
mod logging;
mod machine;
mod organization;
mod output;
mod serve;
mod storage;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
