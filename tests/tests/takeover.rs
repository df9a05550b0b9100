//! Two processes on one Postgres: one stalls between its commit and its send, the other takes over, the first wakes up.
//!
//! Only here may a call be made after somebody else answered for it; then it must be held for or flagged, never silent.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use upivia_e2e::{Api, Fake, Reply, Server, Site, Store, judge, paid, wait};

const LEASE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_node_that_wakes_does_not_pay_behind_the_other() -> Result<()> {
    let fake = Fake::start()?;
    let mut site = Site::new(Store::Postgres)?;
    site.set_provider(&fake.url);
    site.set("UPIVIA_ANSWER_WITHIN", "1s");
    let org = site.bootstrap(10_000)?;
    let a = site.serve_with(&[("UPIVIA_FAILPOINTS", "before_send=stop@1")]).await?;
    let b = site.serve().await?;

    let asked = ask(&a, &org.agent_key_live)?;
    let stopped =
        wait::until("node A to stop itself", Duration::from_secs(20), async || Ok(a.is_stopped()?.then_some(())));
    stopped.await?;
    ensure!(fake.calls().count() == 0, "the provider was called before the fail point");

    let agent = b.api(&org.agent_key_live)?;
    tokio::time::sleep(LEASE * 2).await;
    let taken = agent.pay("stalled", &paid::text("Hello.", 16)).await?.ok()?;
    ensure!(fake.calls().count() == 0, "node B called for a request whose sender may still be alive: {taken}");
    site.verify().context("after the takeover")?;

    a.signal("CONT")?;
    let _ = asked.await?;
    tokio::time::sleep(LEASE * 2).await;
    let id = taken["request_id"].as_str().context("no request id")?;
    outcome_is_sound(&fake, &agent, &b.api(&org.pat)?, id).await?;
    site.verify().context("after the stalled node woke up")?;
    the_other_node_works(&agent).await
}

/// Sends the request to the node that will stall; its answer may come late or never.
fn ask(node: &Server, key: &str) -> Result<tokio::task::JoinHandle<Option<Reply>>> {
    let api = node.api(key)?;
    Ok(tokio::spawn(async move {
        let body = paid::text("Hello.", 16);
        let answer = tokio::time::timeout(Duration::from_secs(60), api.pay("stalled", &body)).await;
        answer.ok().and_then(Result::ok)
    }))
}

/// No call; or a call with the hold still standing; or a call that the audit trail calls late.
async fn outcome_is_sound(fake: &Fake, agent: &Api, owner: &Api, id: &str) -> Result<()> {
    let state = agent.get(&format!("/service-requests/{id}")).await?.ok()?;
    let calls = fake.calls().by_request();
    if calls.is_empty() {
        return Ok(());
    }
    ensure!(calls.len() == 1 && calls.get(id) == Some(&1), "calls {calls:?} for {state}");
    let held = judge::hold(&state)? > 0;
    let logs = owner.get("/audit-logs?limit=100").await?.ok()?;
    ensure!(
        held || is_flagged(&logs, id),
        "{id} was sent after the takeover, and nothing holds or flags it: {state}\n{logs}"
    );
    Ok(())
}

fn is_flagged(logs: &Value, id: &str) -> bool {
    let mut rows = logs["logs"].as_array().into_iter().flatten();
    rows.any(|row| {
        let text = row.to_string();
        text.contains(id) && (text.contains("late") || text.contains("flag"))
    })
}

async fn the_other_node_works(agent: &Api) -> Result<()> {
    let reply = agent.pay("afterwards", &paid::text("Hello again.", 16)).await?.ok()?;
    ensure!(reply["status"] == "executed", "node B no longer serves: {reply}");
    Ok(())
}
