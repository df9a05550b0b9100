//! The commands and flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use upivia_domain::{
    NanoUsd,
    identity::{Email, Name},
    time::Zone,
};

use crate::config::Flags;

/// A control plane for what AI agents spend. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "upivia", version, max_term_width = 100)]
pub struct Cli {
    /// A TOML file of settings [env: UPIVIA_CONFIG] [default: ./upivia.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The directory of the embedded database [env: UPIVIA_DATA_DIR] [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address and port to serve on [env: UPIVIA_LISTEN] [default: 127.0.0.1:8787]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// What is logged, for example debug [env: UPIVIA_LOG] [default: info,actix_server=warn]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    #[command(subcommand)]
    command: Option<CliCommand>,
}

impl Cli {
    /// What the flags say about settings.
    pub fn flags(&self) -> Flags {
        let Self { config, data_dir, listen, log, .. } = self;
        Flags { config: config.clone(), data_dir: data_dir.clone(), listen: listen.clone(), log: log.clone() }
    }

    /// What to do.
    pub fn into_command(self) -> CliCommand {
        self.command.unwrap_or(CliCommand::Serve)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Serve until told to stop
    Serve,
    /// Make an organization with its owner, first agent, keys and opening money
    Bootstrap(BootstrapArgs),
    /// Set the password of a person, read from standard input; their sessions end
    Password(PasswordArgs),
    /// Bring the database to this program's schema
    Migrate,
    /// Look into the ledger
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Look into the audit trail
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look at the ledgers' time and the machine's
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Copy the embedded database, also beside a running server, and verify the copy
    Backup(BackupArgs),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// `upivia ledger …`
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum LedgerCommand {
    /// Recompute every figure from the journal and name the first row that is wrong
    Verify,
}

/// `upivia audit …`
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum AuditCommand {
    /// Walk every hash chain and name the first event that is wrong
    Verify,
}

/// `upivia clock …`
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ClockCommand {
    /// Take back the time of organizations whose ledger is ahead of this machine's clock; changes no usage
    Repair {
        /// Only say which they are
        #[arg(long)]
        dry_run: bool,
    },
}

/// `upivia config …`
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Print the effective configuration, secrets hidden; fail on contradictions
    Check,
}

/// `upivia backup …`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BackupArgs {
    /// Where the copy goes; nothing may be there
    #[arg(long, value_name = "FILE", required = true)]
    pub to: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
}

/// `upivia backup verify …`
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Verify a copy with the master key of these settings
    Verify {
        /// The copy
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `upivia bootstrap …`
#[derive(Debug, Args)]
pub struct BootstrapArgs {
    /// The organization's name
    #[arg(long, value_name = "NAME")]
    pub org: Name,
    /// The owner's address; a person who has it already becomes the owner
    #[arg(long, value_name = "ADDRESS")]
    pub email: Email,
    /// Live money in the wallet, in cents
    #[arg(long, value_name = "N", default_value = "0", value_parser = cents)]
    pub fund_cents: NanoUsd,
    /// The IANA time zone that cuts its days and months
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: Zone,
    /// The owner runs the installation: may bring live money into a wallet without a payment
    #[arg(long)]
    pub platform_admin: bool,
    /// Read the owner's password from standard input, so that they can sign in by it
    #[arg(long)]
    pub password_stdin: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `upivia password …`
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Whose
    #[arg(long, value_name = "ADDRESS")]
    pub email: Email,
}

fn cents(text: &str) -> Result<NanoUsd, String> {
    let cents = text.parse().map_err(|_| "must be a whole number of cents".to_owned())?;
    NanoUsd::from_cents(cents).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn without_a_command_it_serves() {
        assert!(matches!(parse("upivia").unwrap().into_command(), CliCommand::Serve));
        assert!(matches!(parse("upivia serve --listen h:1").unwrap().into_command(), CliCommand::Serve));
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() {
        for line in ["upivia --data-dir d ledger verify", "upivia ledger verify --data-dir d"] {
            assert_eq!(parse(line).unwrap().flags().data_dir, Some("d".into()), "{line}");
        }
    }

    #[test]
    fn a_backup_has_a_place_or_is_verified() {
        let CliCommand::Backup(made) = parse("upivia backup --to f --json").unwrap().into_command() else { panic!() };
        assert!(matches!(made, BackupArgs { to: Some(_), json: true, command: None }));
        let CliCommand::Backup(seen) = parse("upivia backup verify f").unwrap().into_command() else { panic!() };
        assert!(matches!(seen.command, Some(BackupCommand::Verify { json: false, .. })));
        for bad in ["upivia backup", "upivia backup verify", "upivia backup --to f verify g"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bootstrap_reads_values_that_cannot_be_wrong() {
        let CliCommand::Bootstrap(args) =
            parse("upivia bootstrap --org acme --email A@b.c --fund-cents 5").unwrap().into_command()
        else {
            panic!()
        };
        assert_eq!((args.email.as_str(), args.fund_cents, args.zone), ("a@b.c", NanoUsd::cents(5), Zone::UTC));
        for bad in ["--fund-cents -1", "--fund-cents 1.5", "--fund-cents 9223372036854775807", "--zone Mars/Base"] {
            assert!(parse(&format!("upivia bootstrap --org acme --email a@b.c {bad}")).is_err(), "{bad}");
        }
        assert!(parse("upivia bootstrap --org acme --email nobody").is_err());
    }
}
