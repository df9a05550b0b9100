//! One file per command. A command reads the configuration, opens what it needs and answers on standard output.

mod backup;
mod bootstrap;
mod clock;
mod config_check;
mod migrate;
mod password;
mod verify;

use std::{future::Future, time::Duration};

use anyhow::{Context, Result, anyhow};

use crate::{
    cli::{AuditCommand, Cli, CliCommand, ClockCommand, ConfigCommand, LedgerCommand},
    config::{self, Environment, Loaded, Settings},
    logging, serve,
};

/// So long a thread that blocks may hold up the end of the process.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// Does what the command line says.
///
/// # Errors
///
/// What a person must know.
pub fn run(cli: Cli) -> Result<()> {
    let environment = Environment::of_process();
    let directory = std::env::current_dir().context("the current directory")?;
    let loaded = config::load(&cli.flags(), &environment, &directory)?;
    match cli.into_command() {
        CliCommand::Config(ConfigCommand::Check) => config_check::run(&loaded, &environment),
        other => start(other, loaded, &environment),
    }
}

fn start(command: CliCommand, loaded: Loaded, environment: &Environment) -> Result<()> {
    // Before the settings are checked: what speaks to a provider of identity takes what is there, or its own.
    rustls::crypto::ring::default_provider().install_default().map_err(|_| anyhow!("TLS was set up twice"))?;
    config::check(&loaded.settings)?;
    logging::start(&loaded.settings.log)?;
    warn_about(&loaded, environment);
    let Loaded { settings, .. } = loaded;
    match command {
        CliCommand::Serve => block_on(serve::run(&settings)),
        CliCommand::Bootstrap(args) => block_on(bootstrap::run(&settings, args)),
        CliCommand::Password(args) => block_on(password::run(&settings, args)),
        CliCommand::Migrate => block_on(migrate::run(&settings)),
        CliCommand::Ledger(LedgerCommand::Verify) => block_on(verify::ledger(&settings)),
        CliCommand::Audit(AuditCommand::Verify) => block_on(verify::audit(&settings)),
        CliCommand::Clock(ClockCommand::Repair { dry_run }) => block_on(clock::repair(&settings, dry_run)),
        CliCommand::Backup(args) => block_on(backup::run(&settings, args)),
        CliCommand::Config(ConfigCommand::Check) => Ok(()),
    }
}

fn warn_about(Loaded { settings, file }: &Loaded, environment: &Environment) {
    if let Some(file) = file {
        tracing::debug!(file = %file.display(), "configuration file");
    }
    for name in environment.unknown() {
        tracing::warn!(name, "this variable is no setting and is ignored");
    }
    warn_about_failpoints(settings);
}

fn warn_about_failpoints(settings: &Settings) {
    match settings.failpoints {
        Some(_) if cfg!(debug_assertions) => {
            tracing::warn!("fail points are set: this process will kill or stop itself")
        }
        Some(_) => tracing::warn!("fail points are ignored: this is no dev build"),
        None => {}
    }
}

// One multi-thread runtime for all of it: the HTTP workers share it, so a dispatch outlives the worker that began it.
fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime")?;
    let result = runtime.block_on(work);
    // Drops what still runs, so that the last handle of the store closes its files.
    runtime.shutdown_timeout(LAST_MOMENT);
    result
}
