//! A fresh Postgres database for a test, made and dropped through `psql`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{binary, dir};

/// A database of its own, dropped with the value.
#[derive(Debug)]
pub struct Database {
    admin: String,
    name: String,
    /// How the server under test reaches it.
    pub url: String,
}

impl Database {
    /// Makes one on the server of `UPIVIA_TEST_POSTGRES_URL`; without that variable the test fails.
    pub fn new() -> Result<Self> {
        let Ok(admin) = std::env::var("UPIVIA_TEST_POSTGRES_URL") else {
            bail!(
                "UPIVIA_TEST_POSTGRES_URL is not set: this test needs a Postgres server and a role that may create databases"
            );
        };
        let name = format!("upivia_e2e_{}", dir::unique());
        let url = with_database(&admin, &name)?;
        psql(&admin, &format!("CREATE DATABASE {name}"))?;
        mark(&name)?;
        Ok(Self { admin, name, url })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if std::env::var_os("UPIVIA_TEST_KEEP").is_none() {
            let _ = psql(&self.admin, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Leaves a line where the caller counts the tests that really ran on Postgres.
fn mark(name: &str) -> Result<()> {
    let Some(path) = std::env::var_os("UPIVIA_TEST_POSTGRES_MARK") else { return Ok(()) };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).context("open the mark file")?;
    let thread = std::thread::current();
    writeln!(file, "{} {name}", thread.name().unwrap_or("test"))?;
    Ok(())
}

fn psql(admin: &str, sql: &str) -> Result<()> {
    let mut command = Command::new(psql_path());
    command.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql, admin]);
    binary::run(&mut command)?.ok(sql)?;
    Ok(())
}

/// `psql` on the path, else the newest one that a distribution keeps beside its server.
fn psql_path() -> PathBuf {
    let on_path =
        std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|d| d.join("psql").is_file()));
    if on_path {
        return PathBuf::from("psql");
    }
    beside_servers(Path::new("/usr/lib/postgresql")).unwrap_or_else(|| PathBuf::from("psql"))
}

fn beside_servers(root: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(root).ok()?;
    let found = versions.flatten().map(|entry| entry.path().join("bin/psql"));
    found.filter(|path| path.is_file()).max()
}

/// The same URL with another database name: what stands between the host and a `?`.
fn with_database(admin: &str, name: &str) -> Result<String> {
    let (scheme, rest) = admin.split_once("://").context("UPIVIA_TEST_POSTGRES_URL is not a postgres:// URL")?;
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let host = place.split_once('/').map_or(place, |(host, _)| host);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}/{name}{query}"))
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_name_is_replaced_and_nothing_else() -> anyhow::Result<()> {
        assert_eq!(with_database("postgres://u:p@127.0.0.1:5433/postgres", "x")?, "postgres://u:p@127.0.0.1:5433/x");
        assert_eq!(with_database("postgres://u@h", "x")?, "postgres://u@h/x");
        assert_eq!(with_database("postgres://u@h/a?sslmode=disable", "x")?, "postgres://u@h/x?sslmode=disable");
        assert!(with_database("127.0.0.1", "x").is_err());
        Ok(())
    }
}
