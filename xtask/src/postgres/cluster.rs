//! One running server: made, configured, started; its end is the janitor's.

use super::binaries::Binaries;
use super::janitor::Janitor;
use super::owner::Owner;
use super::path_with;
use crate::process::{capture, run};
use anyhow::{Context, Result};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Another program may take the port between our look and the server's start.
const STARTS: usize = 3;

/// Only connections over loopback are let in.
const ACCESS: &str = "host all all 127.0.0.1/32 trust\n";

/// A server that lives as long as this value.
pub struct Cluster {
    port: u16,
    binaries: Binaries,
    _janitor: Janitor,
}

impl Cluster {
    /// Makes a cluster in a temporary directory and starts it on a free port of 127.0.0.1.
    pub fn start(binaries: Binaries, connections: u16) -> Result<Self> {
        let owner = Owner::choose()?;
        let directory = temporary(&owner)?;
        let data = directory.join("data");
        let moved = moved(&binaries, &owner, &directory);
        let programs = moved.as_ref().unwrap_or(&binaries);
        let mut stop = owner.command(programs.program("pg_ctl"));
        stop.args(["stop", "--silent", "--mode=immediate", "--pgdata"]).arg(&data);
        let janitor = Janitor::engage(&directory, &stop)?;
        if let Some(moved) = &moved {
            binaries.copy_to(moved)?;
        }
        create(programs, &owner, &data)?;
        configure(&data, connections)?;
        let port = launch(programs, &owner, &data)?;
        Ok(Self { port, binaries, _janitor: janitor })
    }

    /// The superuser's URL of the database `postgres`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// One of the programs of the same installation.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.program(name));
        self.export(&mut command);
        command
    }

    /// Tells a command about the server: the tests' variable, those of libpq, and the programs on its `PATH`.
    pub fn export(&self, command: &mut Command) {
        crate::process::forget(command, &["PG"]);
        command.env("UPIVIA_TEST_POSTGRES_URL", self.url());
        command.env("PGHOST", "127.0.0.1").env("PGPORT", self.port.to_string());
        command.env("PGUSER", "postgres").env("PGDATABASE", "postgres");
        if let Ok(path) = path_with(self.binaries.folder()) {
            command.env("PATH", path);
        }
    }
}

/// A new directory that the owner can use: root's own temporary directory may be closed to others.
fn temporary(owner: &Owner) -> Result<PathBuf> {
    let places = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    let made = places.iter().filter_map(|place| new_directory(place, owner).ok());
    for directory in made {
        if owner.can_write(&directory) {
            return Ok(directory);
        }
        fs::remove_dir(&directory)?;
    }
    anyhow::bail!("no temporary directory that the account of PostgreSQL can use")
}

fn new_directory(place: &Path, owner: &Owner) -> Result<PathBuf> {
    let mut names = (0..1000).map(|n| place.join(format!("upivia-postgres-{}-{n}", std::process::id())));
    let made = names.find(|path| fs::DirBuilder::new().mode(0o700).create(path).is_ok());
    let made = made.with_context(|| format!("cannot make a directory in {}", place.display()))?;
    owner.give(&made)?;
    Ok(made)
}

/// Programs in the home directory of root must move to where the owner can run them.
fn moved(binaries: &Binaries, owner: &Owner, directory: &Path) -> Option<Binaries> {
    let can_run = owner.can_run(&binaries.program("initdb"));
    (!can_run).then(|| binaries.at_home_in(&directory.join("installation")))
}

fn create(binaries: &Binaries, owner: &Owner, data: &Path) -> Result<()> {
    let mut initdb = owner.command(binaries.program("initdb"));
    initdb.args(["--username=postgres", "--locale=C", "--encoding=UTF8", "--auth=trust", "--no-sync", "--pgdata"]);
    capture(initdb.arg(data)).map(drop)
}

fn configure(data: &Path, connections: u16) -> Result<()> {
    fs::write(data.join("pg_hba.conf"), ACCESS)?;
    let mut settings = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
    writeln!(settings, "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''")?;
    writeln!(settings, "max_connections = {connections}")?;
    Ok(())
}

fn launch(binaries: &Binaries, owner: &Owner, data: &Path) -> Result<u16> {
    let log = data.join("server.log");
    for _ in 1..STARTS {
        match launch_on(free_port()?, binaries, owner, data, &log) {
            Err(_) if fs::read_to_string(&log).is_ok_and(|log| log.contains("could not bind")) => {}
            ended => return ended,
        }
    }
    launch_on(free_port()?, binaries, owner, data, &log)
}

fn launch_on(port: u16, binaries: &Binaries, owner: &Owner, data: &Path, log: &Path) -> Result<u16> {
    let mut pg_ctl = owner.command(binaries.program("pg_ctl"));
    pg_ctl.args(["start", "--silent", "--wait", "--pgdata"]).arg(data).arg("--log").arg(log);
    pg_ctl.arg("--options").arg(format!("-p {port}"));
    run(&mut pg_ctl).with_context(|| fs::read_to_string(log).unwrap_or_default())?;
    Ok(port)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
