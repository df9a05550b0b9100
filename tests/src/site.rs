//! A place where servers run: a directory, a fresh store of one kind, and the settings that every command there gets.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::binary::{self, Finished};
use crate::dir::TempDir;
use crate::postgres::Database;
use crate::{Bootstrap, Server};

/// Base64 of 32 bytes: the master key of every site, unless a test takes it away.
pub const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Base64 of 32 other bytes.
pub const OTHER_MASTER_KEY: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

/// The two databases that the product runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// One file in the data directory.
    Sqlite,
    /// A database named by `UPIVIA_DATABASE_URL`.
    Postgres,
}

/// A directory and a store, both gone after the test.
#[derive(Debug)]
pub struct Site {
    /// Which store it has.
    pub store: Store,
    dir: TempDir,
    settings: BTreeMap<String, String>,
    // Held for its drop, which removes the database.
    _database: Option<Database>,
}

impl Site {
    /// A fresh, migrated store with a short lease and short answers, so that no test waits for the defaults.
    pub fn new(store: Store) -> Result<Self> {
        let mut site = Self::bare(store)?;
        site.set("UPIVIA_MASTER_KEY", MASTER_KEY);
        site.set("UPIVIA_NODE_LEASE", "2s");
        site.set("UPIVIA_ANSWER_WITHIN", "20s");
        site.set("UPIVIA_DATA_DIR", "data");
        if store == Store::Postgres {
            site.run(&["migrate"])?.ok("upivia migrate")?;
        }
        Ok(site)
    }

    /// A fresh store and nothing else: no key, no schema, no setting but the database's URL.
    pub fn bare(store: Store) -> Result<Self> {
        let database = (store == Store::Postgres).then(Database::new).transpose()?;
        let mut site = Self { store, dir: TempDir::new()?, settings: BTreeMap::new(), _database: None };
        if let Some(database) = &database {
            site.set("UPIVIA_DATABASE_URL", &database.url);
        }
        site._database = database;
        Ok(site)
    }

    /// Where its commands run.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Gives every later command an environment variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.insert(name.to_owned(), value.to_owned());
    }

    /// Takes one away again.
    pub fn unset(&mut self, name: &str) {
        self.settings.remove(name);
    }

    /// Points live text generation at a provider.
    pub fn set_provider(&mut self, url: &str) {
        self.set("UPIVIA_OPENAI_BASE_URL", url);
        self.set("UPIVIA_OPENAI_API_KEY", "sk-loopback");
    }

    /// The program with this site's settings and directory.
    pub fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = binary::command()?;
        command.args(arguments).envs(&self.settings).current_dir(self.path());
        Ok(command)
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Result<Finished> {
        binary::run(&mut self.command(arguments)?)
    }

    /// Makes an organization; no server may run here (on SQLite the program refuses).
    pub fn bootstrap(&self, fund_cents: u64) -> Result<Bootstrap> {
        Bootstrap::run(self, "acme", fund_cents)
    }

    /// Starts a server and waits until it is ready.
    pub async fn serve(&self) -> Result<Server> {
        Server::start(self, &[]).await
    }

    /// Starts a server with settings of its own.
    pub async fn serve_with(&self, settings: &[(&str, &str)]) -> Result<Server> {
        Server::start(self, settings).await
    }

    /// Both verifiers must find the store sound; they may run beside a server.
    pub fn verify(&self) -> Result<()> {
        self.run(&["ledger", "verify"])?.ok("upivia ledger verify")?;
        self.run(&["audit", "verify"])?.ok("upivia audit verify")?;
        Ok(())
    }
}
