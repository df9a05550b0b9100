//! People against people, and people against agents, at the same instant: money is allocated once, a question is answered
//! once, and a stop holds for whatever comes after its answer, on every node. Both verifiers find the books sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use upivia_e2e::money::{cents, nanos};
use upivia_e2e::{Api, Bootstrap, Person, Reply, Server, Site, Store, dir, full, on_both_stores, paid};

on_both_stores!(
    the_last_cents_are_allocated_once,
    two_managers_share_the_last_cents,
    a_question_is_answered_once,
    a_rotated_key_is_dead
);

/// Requests at the same instant.
const AT_ONCE: usize = 8;

fn rounds() -> usize {
    if full() { 20 } else { 5 }
}

async fn served(store: Store, fund_cents: u64) -> Result<(Site, Server, Bootstrap)> {
    let site = Site::new(store)?;
    let org = site.bootstrap(fund_cents)?;
    let server = site.serve().await?;
    Ok((site, server, org))
}

async fn at_once(tasks: impl IntoIterator<Item = (Api, String, Value)>) -> Result<Vec<Reply>> {
    let sent = tasks.into_iter().map(|(api, path, body)| tokio::spawn(async move { api.post(&path, &body).await }));
    join_all(sent).await.into_iter().map(|reply| reply?).collect()
}

/// Of several managers who give away the last cents, as many succeed as there are cents for; the others are told so.
fn some_got(replies: &[Reply], expected: usize) -> Result<()> {
    let got = replies.iter().filter(|reply| reply.code == 200).count();
    let told = replies.iter().filter(|reply| reply.code == 409 && reply.error_code() == "insufficient_balance").count();
    let answers: Vec<_> = replies.iter().map(|reply| (reply.code, &reply.body)).collect();
    ensure!((got, told) == (expected, replies.len() - expected), "{got} got money instead of {expected}: {answers:?}");
    Ok(())
}

async fn the_last_cents_are_allocated_once(store: Store) -> Result<()> {
    const POOL: i64 = 60;
    let (site, server, org) = served(store, 100).await?;
    let owner = server.api(&org.pat)?;
    for round in 0..rounds() {
        let mut teams = Vec::new();
        for name in ["North", "South"] {
            let made = owner.post("/teams", &json!({"name": name})).await?.ok()?;
            teams.push(made["id"].as_str().context("no id of a team")?.to_owned());
        }
        let body = json!({"amount_cents": POOL});
        let asked = (0..AT_ONCE).map(|n| (owner.clone(), format!("/teams/{}/budget", teams[n % 2]), body.clone()));
        some_got(&at_once(asked).await?, 1).with_context(|| format!("pools, round {round}"))?;
        let mut sum = cents(&owner.get("/balance?mode=live").await?.ok()?, "amount")?;
        let mut rich = String::new();
        for team in &teams {
            let pool = cents(&owner.get(&format!("/teams/{team}/budget?mode=live")).await?.ok()?["pool"], "posted")?;
            sum += pool;
            if pool > 0 {
                rich.clone_from(team);
            }
        }
        ensure!(sum == 100, "{sum} cents of 100 are there");

        let member = json!({"user_id": org.user_id});
        owner.post(&format!("/teams/{rich}/members"), &member).await?.ok()?;
        let path = format!("/teams/{rich}/workers/{}/budget/allocate", org.user_id);
        let body = json!({"amount_cents": 40});
        let asked = (0..AT_ONCE).map(|_| (owner.clone(), path.clone(), body.clone()));
        some_got(&at_once(asked).await?, 1).with_context(|| format!("workers, round {round}"))?;
        give_back(&owner, &rich, &org.user_id).await?;
    }
    site.verify()
}

/// Two people, each with a token of their own, who give away what is left of one pool at the same instant: as much goes as is
/// there, to the cent, and each is told which of theirs went.
async fn two_managers_share_the_last_cents(store: Store) -> Result<()> {
    const POOL: i64 = 65;
    let (site, server, org) = served(store, 100).await?;
    let owner = server.api(&org.pat)?;
    let team = owner.post("/teams", &json!({"name": "Field"})).await?.ok()?;
    let team = team["id"].as_str().context("no id of a team")?.to_owned();
    let terms = json!({"role": "member", "team_id": team, "team_role": "manager"});
    let mut managers = Vec::new();
    for name in ["ann", "ben"] {
        managers.push(Person::join(&server, &owner, &org.org_id, &format!("{name}@example.com"), &terms).await?);
    }
    ensure!(managers[0].id != managers[1].id, "two people");
    owner.post(&format!("/teams/{team}/budget"), &json!({"amount_cents": POOL})).await?.ok()?;
    for (round, each) in [40, 25, 10].into_iter().cycle().take(rounds()).enumerate() {
        // Each gives to the other, all at once.
        let pairs = (0..AT_ONCE).map(|n| (&managers[n % 2], &managers[(n + 1) % 2]));
        let asked = pairs.map(|(by, to)| (by.api.clone(), allocation(&team, to), json!({"amount_cents": each})));
        let replies = at_once(asked).await?;
        let fit = usize::try_from(POOL / each)?.min(AT_ONCE);
        some_got(&replies, fit).with_context(|| format!("round {round}, {each} cents each"))?;
        let budget = owner.get(&format!("/teams/{team}/budget?mode=live")).await?.ok()?;
        let mut sum = cents(&budget["pool"], "posted")?;
        ensure!(sum == POOL - i64::try_from(fit)? * each, "round {round}: the pool has {sum} cents: {budget}");
        for (index, manager) in managers.iter().enumerate() {
            let got = replies.iter().enumerate().filter(|(n, reply)| (n + 1) % 2 == index && reply.code == 200).count();
            let given = i64::try_from(got)? * each;
            sum += given;
            if given > 0 {
                let back = format!("/teams/{team}/workers/{}/budget/take-back", manager.id);
                owner.post(&back, &json!({"amount_cents": given})).await?.ok()?;
                let more = owner.post(&back, &json!({"amount_cents": 1})).await?;
                ensure!(more.code == 409, "round {round}: a worker had more than was given: {}", more.body);
            }
        }
        ensure!(sum == POOL, "round {round}: {sum} cents of {POOL} are there");
    }
    let balance = cents(&owner.get("/balance?mode=live").await?.ok()?, "amount")?;
    ensure!(balance == 100 - POOL, "the wallet has {balance} cents");
    site.verify()
}

fn allocation(team: &str, to: &Person) -> String {
    format!("/teams/{team}/workers/{}/budget/allocate", to.id)
}

/// All of it, so that the next round begins as this one did.
async fn give_back(owner: &Api, team: &str, user: &str) -> Result<()> {
    let worker = format!("/teams/{team}/workers/{user}/budget/take-back");
    owner.post(&worker, &json!({"amount_cents": 40})).await?.ok()?;
    owner.post(&format!("/teams/{team}/budget/take-back"), &json!({"amount_cents": 60})).await?.ok()?;
    Ok(())
}

/// Yes and no at once: one of them counts, everybody with the same answer is told the same, and the request is what was
/// answered.
async fn a_question_is_answered_once(store: Store) -> Result<()> {
    let (site, server, org) = served(store, 0).await?;
    let owner = server.api(&org.pat)?;
    let (_, agent) = new_agent(&owner, &json!({"approval_threshold_cents": 0})).await?;
    let (mut executed, before) = (0, test_balance(&owner).await?);
    let mut price = 0;
    for round in 0..rounds() {
        let asked = agent.pay(&dir::unique(), &paid::email("please")).await?.ok()?;
        let id = asked["approval_id"].as_str().context("no approval_id")?;
        let verbs = ["approve", "reject"].into_iter().cycle().take(AT_ONCE);
        let sent = verbs.map(|verb| (owner.clone(), format!("/approvals/{id}/{verb}"), json!({})));
        let replies = at_once(sent).await?;
        let now = agent.get(&format!("/service-requests/{}", asked["request_id"].as_str().unwrap_or_default())).await?;
        let approved = now.status() == "executed";
        ensure!(approved || now.text("/reason_code") == "approval_rejected", "round {round}: {}", now.body);
        for (index, reply) in replies.iter().enumerate() {
            let heard = (index % 2 == 0) == approved;
            let told = reply.code == 409 && reply.error_code() == "approval_resolved";
            // Whoever says yes while the first yes is still being carried out is told that it is.
            ensure!(
                if heard { matches!(reply.code, 200 | 202) } else { told },
                "round {round}: HTTP {} {}",
                reply.code,
                reply.body
            );
        }
        if approved {
            executed += 1;
            price = nanos(&now.body, "cost")?;
        }
    }
    ensure!(before - test_balance(&owner).await? == executed * price, "{executed} were executed at {price} n$");
    site.verify()
}

/// While an agent sends with its old key, a person replaces it: whatever is sent after the answer is 401, and nothing that
/// was executed before is lost.
async fn a_rotated_key_is_dead(store: Store) -> Result<()> {
    let (site, server, org) = served(store, 0).await?;
    let owner = server.api(&org.pat)?;
    let (id, mut agent) = new_agent(&owner, &json!({})).await?;
    let (mut executed, mut price, before) = (0, 0, test_balance(&owner).await?);
    for round in 0..rounds() {
        let senders = Senders::start(&agent);
        let rotated =
            owner.patch(&format!("/agents/{id}/key"), &json!({"confirm": true, "mode": "test"})).await?.ok()?;
        for _ in 0..AT_ONCE {
            let late = agent.pay(&dir::unique(), &paid::email("late")).await?;
            ensure!(late.code == 401, "round {round}: a dead key was answered HTTP {}: {}", late.code, late.body);
        }
        for reply in senders.stop().await? {
            ensure!(reply.code == 401 || reply.status() == "executed", "HTTP {}: {}", reply.code, reply.body);
            if reply.status() == "executed" {
                executed += 1;
                price = nanos(&reply.body, "cost")?;
            }
        }
        agent = owner.with_key(rotated["test_api_key"].as_str().context("no test_api_key")?);
        let sent = agent.pay(&dir::unique(), &paid::email("new key")).await?;
        ensure!(sent.status() == "executed", "the new key: {}", sent.body);
        executed += 1;
        price = price.max(nanos(&sent.body, "cost")?);
    }
    ensure!(before - test_balance(&owner).await? == executed * price, "{executed} were executed at {price} n$");
    site.verify()
}

/// A pause by one node holds on the other from its answer on.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_on_the_other_node() -> Result<()> {
    let site = Site::new(Store::Postgres)?;
    let org = site.bootstrap(0)?;
    let (a, b) = (site.serve().await?, site.serve().await?);
    let owner = a.api(&org.pat)?;
    let (id, agent) = new_agent(&owner, &json!({})).await?;
    let there = Api::new(&b.base(), agent.key())?;
    let set = async |status: &str| owner.patch(&format!("/agents/{id}"), &json!({"status": status})).await?.ok();
    for round in 0..rounds() {
        let senders = Senders::start(&there);
        set("paused").await?;
        for _ in 0..AT_ONCE {
            let late = there.pay(&dir::unique(), &paid::email("late")).await?.ok()?;
            let outcome = (late["status"].as_str(), late["reason_code"].as_str());
            ensure!(outcome == (Some("failed"), Some("agent_disabled")), "round {round}: {late}");
        }
        for reply in senders.stop().await? {
            let stopped = reply.text("/reason_code") == "agent_disabled";
            ensure!(stopped || reply.status() == "executed", "HTTP {}: {}", reply.code, reply.body);
        }
        set("active").await?;
        let sent = there.pay(&dir::unique(), &paid::email("again")).await?;
        ensure!(sent.status() == "executed", "round {round}, after the pause: {}", sent.body);
    }
    site.verify()
}

/// Callers who send one mail after the other until they are told to stop.
struct Senders {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Result<Vec<Reply>>>>,
}

impl Senders {
    fn start(agent: &Api) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let task = || {
            let (agent, stop) = (agent.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut replies = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    replies.push(agent.pay(&dir::unique(), &paid::email("race")).await?);
                }
                Ok(replies)
            })
        };
        Self { tasks: (0..4).map(|_| task()).collect(), stop }
    }

    async fn stop(self) -> Result<Vec<Reply>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for replies in join_all(self.tasks).await {
            all.extend(replies??);
        }
        Ok(all)
    }
}

/// A new agent that may send mail within a binding; its id and a client with its test key.
async fn new_agent(owner: &Api, binding: &Value) -> Result<(String, Api)> {
    let mut body = json!({"operation": "email.send"});
    for (name, value) in binding.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let made = owner.post("/agents", &json!({"name": "racer", "services": [body]})).await?.ok()?;
    let id = made["agent"]["id"].as_str().context("no agent.id")?.to_owned();
    Ok((id, owner.with_key(made["test_api_key"].as_str().context("no test_api_key")?)))
}

/// Play money in the wallet, exactly.
async fn test_balance(owner: &Api) -> Result<i64> {
    nanos(&owner.get("/balance?mode=test").await?.ok()?, "posted")
}
