//! A running server: started on a free loopback port, asked until ready, always killed by its process id in the end.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::{Api, Site, dir, net, wait};

const READY_LIMIT: Duration = Duration::from_secs(30);
const TRIES: usize = 3;

/// A child process that serves.
#[derive(Debug)]
pub struct Server {
    child: Child,
    out: PathBuf,
    err: PathBuf,
    /// Its loopback port.
    pub port: u16,
}

impl Server {
    /// Starts one; a port that another process took in between is tried again.
    pub async fn start(site: &Site, settings: &[(&str, &str)]) -> Result<Self> {
        for _ in 1..TRIES {
            match Self::try_start(site, settings).await {
                Err(error) if format!("{error:#}").to_lowercase().contains("in use") => {}
                result => return result,
            }
        }
        Self::try_start(site, settings).await
    }

    async fn try_start(site: &Site, settings: &[(&str, &str)]) -> Result<Self> {
        let mut server = Self::spawn(site, settings)?;
        let api = server.api("")?;
        let ready = wait::until("readiness", READY_LIMIT, async || {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status} before it was ready");
            }
            Ok(api.get("/health/readiness").await.ok().filter(|reply| reply.code == 200))
        });
        let ready = ready.await;
        ready.with_context(|| format!("its log:\n{}", server.log()))?;
        Ok(server)
    }

    /// Starts one without waiting: for the tests of what refuses to start.
    pub fn spawn(site: &Site, settings: &[(&str, &str)]) -> Result<Self> {
        let port = net::free_port()?;
        let name = dir::unique();
        let (out, err) = (site.path().join(format!("{name}.out")), site.path().join(format!("{name}.err")));
        let mut command = site.command(&["serve"])?;
        // These tests ask the ledger more often than the guard lets one key ask; the guard has tests of its own.
        command.env("UPIVIA_RATE_LIMIT_PER_SECOND", "0");
        command.env("UPIVIA_LISTEN", format!("127.0.0.1:{port}")).envs(settings.iter().copied());
        command.stdout(File::create(&out)?).stderr(File::create(&err)?);
        let child = command.spawn().context("start the server")?;
        Ok(Self { child, out, err, port })
    }

    /// Where it answers.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A client with a credential; the empty one sends none.
    pub fn api(&self, key: &str) -> Result<Api> {
        Api::new(&self.base(), Some(key).filter(|key| !key.is_empty()))
    }

    /// What it printed so far.
    pub fn stdout(&self) -> Result<String> {
        fs::read_to_string(&self.out).context("read its output")
    }

    /// Its output and log, for messages.
    #[must_use]
    pub fn log(&self) -> String {
        let read = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default();
        format!("{}\n{}", read(&self.out).trim(), read(&self.err).trim())
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        wait::until("the server's end", limit, async || Ok(self.child.try_wait()?)).await
    }

    /// SIGKILL, and its body collected.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop and waits until it did.
    pub async fn stop(&mut self) -> Result<ExitStatus> {
        self.signal("TERM")?;
        self.ended(READY_LIMIT).await
    }

    /// Sends a signal by name to this process alone.
    pub fn signal(&self, name: &str) -> Result<()> {
        let done = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status()?;
        ensure!(done.success(), "kill -{name} {}: {done}", self.child.id());
        Ok(())
    }

    /// Whether the kernel holds it stopped (state T).
    pub fn is_stopped(&self) -> Result<bool> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may contain anything; the state is the first word after it.
        Ok(stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T')))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
