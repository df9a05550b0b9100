//! A limit is a limit: when exactly k requests fit, k of 64 concurrent ones are executed, every time.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use upivia_e2e::money::{CENT, cents_up, nanos};
use upivia_e2e::race::Race;
use upivia_e2e::{Api, Fake, Server, Site, Store, full, on_both_stores, paid, wait};

on_both_stores!(daily_limit, monthly_cap, agent_budget, wallet);

const TASKS: usize = 64;
const FIT: usize = 9;

fn rounds() -> usize {
    if full() { 20 } else { 4 }
}

/// A server, its owner, and an agent key of play money with no limits.
async fn served(store: Store) -> Result<(Site, Server, Api, Api)> {
    let site = Site::new(store)?;
    let org = site.bootstrap(0)?;
    let server = site.serve().await?;
    let (owner, agent) = (server.api(&org.pat)?, server.api(&org.agent_key_test)?);
    Ok((site, server, owner, agent))
}

async fn daily_limit(store: Store) -> Result<()> {
    let (site, _server, owner, _) = served(store).await?;
    for round in 0..rounds() {
        let (_, agent) = new_agent(&owner, &json!({"daily_request_limit": FIT})).await?;
        race(&agent, FIT, "daily_limit_exceeded").await.with_context(|| format!("round {round}"))?;
    }
    site.verify()
}

async fn monthly_cap(store: Store) -> Result<()> {
    let (site, _server, owner, agent) = served(store).await?;
    let (cents, fit) = whole_cents(price(&agent).await?)?;
    for round in 0..rounds() {
        let (_, agent) = new_agent(&owner, &json!({"monthly_budget_cents": cents})).await?;
        race(&agent, fit, "monthly_budget_exceeded").await.with_context(|| format!("round {round}"))?;
    }
    site.verify()
}

async fn agent_budget(store: Store) -> Result<()> {
    let (site, _server, owner, agent) = served(store).await?;
    let (cents, fit) = whole_cents(price(&agent).await?)?;
    for round in 0..rounds() {
        let (id, agent) = new_agent(&owner, &json!({})).await?;
        owner.patch(&format!("/agents/{id}/budget"), &json!({"monthly_budget_cents": cents})).await?.ok()?;
        race(&agent, fit, "agent_budget_exceeded").await.with_context(|| format!("round {round}"))?;
    }
    site.verify()
}

/// Live money. The provider keeps its answers back until all have been decided, so that only holds count.
async fn wallet(store: Store) -> Result<()> {
    const FUND_CENTS: u32 = 10;
    let fake = Fake::start()?;
    let mut site = Site::new(store)?;
    site.set_provider(&fake.url);
    for round in 0..rounds().min(6) {
        let org = upivia_e2e::Bootstrap::run(&site, &format!("org{round}"), FUND_CENTS.into())?;
        let mut server = site.serve().await?;
        let (owner, agent) = (server.api(&org.pat)?, server.api(&org.agent_key_live)?);
        empty(&fake, &owner, &agent, i64::from(FUND_CENTS) * CENT).await.with_context(|| format!("round {round}"))?;
        server.stop().await?;
    }
    site.verify()
}

async fn empty(fake: &Fake, owner: &Api, agent: &Api, funded: i64) -> Result<()> {
    let (body, before) = (paid::text("Tell me all.", 16_000), fake.calls().count());
    fake.hold();
    let first = Race::start(agent, 1, &body);
    let seen = async || Ok((fake.calls().count() > before).then_some(()));
    wait::until("the first call", Duration::from_secs(20), seen).await?;
    let hold = nanos(&owner.get("/balance?mode=live").await?.ok()?, "held")?;
    let fit = usize::try_from(funded / hold)?;
    ensure!((2..TASKS).contains(&fit), "{fit} requests of {hold} n$ fit, which tests nothing");

    let mut rest = Race::start(agent, TASKS, &body);
    let blocked = TASKS - (fit - 1);
    rest.take(blocked).await?.exactly(0, blocked, "insufficient_balance")?;
    fake.release();
    rest.finish().await?.exactly(fit - 1, 0, "")?;
    first.finish().await?.exactly(1, 0, "")?;
    ensure!(fake.calls().count() - before == fit, "{} calls for {fit} holds", fake.calls().count() - before);
    Ok(())
}

async fn race(agent: &Api, fit: usize, reason: &str) -> Result<()> {
    let tally = Race::start(agent, TASKS, &paid::email("race")).finish().await?;
    tally.exactly(fit, TASKS - fit, reason)
}

/// A new agent that may send mail within a binding; its id and a client with its test key.
async fn new_agent(owner: &Api, binding: &Value) -> Result<(String, Api)> {
    let made = owner.post("/agents", &json!({"name": "racer"})).await?.ok()?;
    let id = made["agent"]["id"].as_str().context("no agent.id")?.to_owned();
    let mut body = json!({"service": "email", "operation": "send"});
    for (name, value) in binding.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    owner.post(&format!("/agents/{id}/services"), &body).await?.ok()?;
    Ok((id, owner.with_key(made["test_api_key"].as_str().context("no test_api_key")?)))
}

/// What a mail costs, in nano-dollars.
async fn price(agent: &Api) -> Result<i64> {
    let sent = agent.pay("price", &paid::email("price")).await?.ok()?;
    ensure!(sent["status"] == "executed", "the price of a mail is not to be learnt: {sent}");
    nanos(&sent, "cost")
}

/// A cap in whole cents, and how many mails it fits.
fn whole_cents(price: i64) -> Result<(i64, usize)> {
    ensure!(price > 0, "a mail is free");
    let cents = cents_up(price * i64::try_from(FIT)?);
    let fit = usize::try_from(cents * CENT / price)?;
    ensure!((1..TASKS).contains(&fit), "{cents} cents fit {fit} mails, which tests nothing");
    Ok((cents, fit))
}
