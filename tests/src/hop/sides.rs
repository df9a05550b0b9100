//! The two servers that are compared: the same program, once with its ledger on a fresh store, once without.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::runtime::Runtime;

use super::load;
use super::process::memory_of;
use crate::{Bootstrap, Server, Site, Store, binary::run_within, dir, money::nanos};

/// A long case leaves a million events to the verifiers.
const VERIFIED_WITHIN: Duration = Duration::from_secs(600);

/// More than any run can spend.
const FUND_CENTS: u64 = 100_000_000;

/// Nothing of a server's defaults is changed but its guard against a caller who asks too often, and where logs go.
const SETTINGS: [(&str, &str); 2] = [("UPIVIA_RATE_LIMIT_PER_SECOND", "0"), ("UPIVIA_CONCURRENCY_LIMIT", "0")];

/// A running server and who may ask it.
pub(super) struct Asked {
    pub(super) server: Server,
    pub(super) organizations: Vec<Bootstrap>,
    site: Site,
}

impl Asked {
    fn start(
        runtime: &Runtime,
        store: Store,
        url: &str,
        organizations: usize,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let mut site = Site::new(store)?;
        site.unset("UPIVIA_NODE_LEASE");
        site.set_provider(url);
        let make = |n| Bootstrap::run(&site, &format!("bench{n}"), FUND_CENTS);
        let organizations = (0..organizations).map(make).collect::<Result<_>>()?;
        let server = runtime.block_on(site.serve_with(&[&SETTINGS, settings].concat()))?;
        Ok(Self { server, organizations, site })
    }

    pub(super) fn keys(&self, organizations: usize) -> Vec<String> {
        self.organizations.iter().take(organizations).map(|org| org.agent_key_live.clone()).collect()
    }
}

/// The server without its ledger; one serves every case.
pub struct Hop(pub(super) Asked);

impl Hop {
    /// Starts it. It needs a store only to know its callers.
    ///
    /// # Errors
    ///
    /// It did not start, or the program was built without the feature `bench-hop` and holds money all the same.
    pub fn start(runtime: &Runtime, provider: &str, organizations: usize) -> Result<Self> {
        let asked = Asked::start(runtime, Store::Sqlite, provider, organizations, &[("UPIVIA_TEST_HOP", "1")])?;
        let hop = Self(asked);
        runtime.block_on(hop.holds_nothing())?;
        Ok(hop)
    }

    async fn holds_nothing(&self) -> Result<()> {
        let org = self.0.organizations.first().context("an organization")?;
        let owner = self.0.server.api(&org.pat)?;
        let before = owner.get("/balance?mode=live").await?.ok()?;
        owner.with_key(&org.agent_key_live).pay(&dir::unique(), &load::body()).await?.ok()?;
        let after = owner.get("/balance?mode=live").await?.ok()?;
        ensure!(before == after, "this is no hop: the program was built without the feature `bench-hop`");
        Ok(())
    }
}

/// The server with its ledger.
pub(super) struct Governed {
    pub(super) asked: Asked,
    cost: i64,
}

impl Governed {
    /// Starts one on a fresh store; the first of its requests tells what each of them costs.
    pub(super) fn start(runtime: &Runtime, store: Store, provider: &str, organizations: usize) -> Result<Self> {
        let asked = Asked::start(runtime, store, provider, organizations, &[])?;
        let key = asked.organizations.first().map(|org| org.agent_key_live.as_str()).context("an organization")?;
        let api = asked.server.api(key)?;
        let first = runtime.block_on(api.pay(&dir::unique(), &load::body()))?.ok()?;
        let cost = nanos(&first, "cost")?;
        ensure!(first["status"] == "executed" && cost > 0, "the first request was not charged: {first}");
        Ok(Self { asked, cost })
    }

    /// How many requests the wallets have paid for; nothing may be held any more.
    pub(super) fn charges(&self, runtime: &Runtime) -> Result<u64> {
        let charges = self.asked.organizations.iter().map(|org| runtime.block_on(self.charges_of(org)));
        charges.sum()
    }

    async fn charges_of(&self, org: &Bootstrap) -> Result<u64> {
        let balance = self.asked.server.api(&org.pat)?.get("/balance?mode=live").await?.ok()?;
        let spent = i64::try_from(FUND_CENTS)? * crate::money::CENT - nanos(&balance, "posted")?;
        ensure!(nanos(&balance, "held")? == 0, "something is still held: {balance}");
        ensure!(spent % self.cost == 0, "{spent} n$ are no whole number of requests at {} n$", self.cost);
        Ok(u64::try_from(spent / self.cost)?)
    }

    /// The memory of the process now and at most, in kilobytes.
    pub(super) fn memory(&self) -> Result<(u64, u64)> {
        memory_of(self.asked.server.pid())
    }

    /// Stops it, and lets both verifiers recompute everything it wrote.
    pub(super) fn verify(mut self, runtime: &Runtime) -> Result<()> {
        let ended = runtime.block_on(self.asked.server.stop())?;
        ensure!(ended.success(), "the server ended with {ended}: {}", self.asked.server.log());
        for command in [["ledger", "verify"], ["audit", "verify"]] {
            run_within(&mut self.asked.site.command(&command)?, VERIFIED_WITHIN)?.ok(&command.join(" "))?;
        }
        Ok(())
    }
}

/// Between two runs, so that what one leaves behind (checkpoints, vacuum) is less of a burden on the other.
pub(super) const REST: Duration = Duration::from_millis(100);
