//! The server that is attacked, and what must be the same afterwards.

use anyhow::{Context, Result, ensure};
use upivia_e2e::{Api, Bootstrap, Reply, Server, Site, Store, paid};

/// A server with one organization that has been used once.
pub struct Target {
    site: Site,
    pub org: Bootstrap,
    pub server: Server,
    pub owner: Api,
    pub agent: Api,
    before: Trace,
}

/// What must not change.
#[derive(Debug, PartialEq, Eq)]
struct Trace {
    balance: [i64; 2],
    events: usize,
}

impl Target {
    pub async fn new(store: Store) -> Result<Self> {
        Self::with(store, &[]).await
    }

    /// One with settings of its own.
    pub async fn with(store: Store, settings: &[(&str, &str)]) -> Result<Self> {
        let site = Site::new(store)?;
        let org = site.bootstrap(1_000)?;
        let server = site.serve_with(settings).await?;
        let (owner, agent) = (server.api(&org.pat)?, server.api(&org.agent_key_test)?);
        let used = agent.pay("used", &paid::email("used")).await?;
        ensure!(used.status() == "executed", "{}", used.body);
        let before = Trace::take(&owner).await?;
        Ok(Self { site, org, server, owner, agent, before })
    }

    /// Still serving, and nothing moved.
    pub async fn unmoved(&self) -> Result<()> {
        let ready = self.server.api("")?.get("/health/readiness").await?;
        ensure!(ready.code == 200, "no longer ready: HTTP {} {}", ready.code, ready.body);
        let after = Trace::take(&self.owner).await?;
        ensure!(after == self.before, "{after:?} instead of {:?}", self.before);
        self.site.verify()
    }
}

impl Trace {
    async fn take(owner: &Api) -> Result<Self> {
        let mut balance = [0; 2];
        for (amount, mode) in balance.iter_mut().zip(["live", "test"]) {
            let reply = owner.get(&format!("/balance?mode={mode}")).await?.ok()?;
            *amount = reply["amount_cents"].as_i64().with_context(|| format!("no amount_cents in {reply}"))?;
        }
        let page = owner.get("/audit-logs?limit=100").await?.ok()?;
        ensure!(page["next_cursor"].is_null(), "more events than a page");
        let events = page["logs"].as_array().context("no logs")?.len();
        Ok(Self { balance, events })
    }
}

/// Refused in JSON with this status and code.
pub fn refused(reply: &Reply, status: u16, code: &str) -> Result<()> {
    ensure!(
        reply.code == status && reply.error_code() == code,
        "HTTP {} {}, not {status} {code}",
        reply.code,
        reply.body
    );
    ensure!(!reply.text("/error/message").is_empty(), "no error.message in {}", reply.body);
    Ok(())
}
