//! Two processes on one Postgres: what a person stops at one is blocked at the other from the next request on, and what was
//! running is paid for all the same.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use upivia_e2e::{Api, Site, Store, paid, wait};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_at_one_process_holds_at_the_other() -> Result<()> {
    let mut site = Site::new(Store::Postgres)?;
    site.set("UPIVIA_POLL_FIRST", "100ms");
    let org = site.bootstrap(0)?;
    let (a, b) = (site.serve().await?, site.serve().await?);
    let (owner, agent) = (a.api(&org.pat)?, b.api(&org.agent_key_test)?);
    owner
        .post(&format!("/agents/{}/services", org.agent_id), &json!({ "operation": "voice_call.create" }))
        .await?
        .ok()?;
    let call = json!({ "operation": "voice_call.create", "payload": { "to": "+15550100", "say": "Hello." } });
    let running = agent.pay("call", &call).await?.ok()?;
    ensure!(running["status"] == "running", "{running}");

    let scopes = [
        json!({ "scope": "org" }),
        json!({ "scope": "team", "id": org.team_id }),
        json!({ "scope": "agent_tree", "id": org.agent_id }),
    ];
    for (round, scope) in scopes.iter().enumerate() {
        outcome(&agent, &format!("before-{round}"), "executed").await?;
        let mut order = scope.clone();
        order["reason"] = json!("it loops");
        owner.post("/ops/stop", &order).await?.ok()?;
        outcome(&agent, &format!("stopped-{round}"), "blocked").await?;
        owner.post("/ops/resume", scope).await?.ok()?;
        outcome(&agent, &format!("after-{round}"), "executed").await?;
    }
    owner.post("/ops/stop", &json!({ "scope": "org", "reason": "for good" })).await?.ok()?;
    let id = running["request_id"].as_str().context("no request id")?;
    let ended = wait::until("the end of the call", SOON, async || {
        let seen = agent.get(&format!("/service-requests/{id}")).await?.ok()?;
        Ok((seen["status"] == "executed").then_some(seen))
    });
    let ended: Value = ended.await?;
    ensure!(ended["cost_usd"] != "0", "it was not paid for: {ended}");
    site.verify()
}

async fn outcome(agent: &Api, key: &str, expected: &str) -> Result<()> {
    let answer = agent.pay(key, &paid::email(key)).await?.ok()?;
    ensure!(answer["status"] == expected, "{key}: {answer}");
    ensure!(expected != "blocked" || answer["reason_code"] == "organization_suspended", "{key}: {answer}");
    Ok(())
}
