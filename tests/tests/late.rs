//! Two processes on one Postgres: what a provider reports counts once, whichever of them hears it, and also when the one
//! that made the call is dead.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use upivia_e2e::{Bootstrap, Reply, Server, Site, Store, wait};

const SECRET: &str = "whsec_of_the_sandbox";
/// What a report says that a phone call cost, for which five cents are held.
const COST: &str = "0.0325";

fn site() -> Result<Site> {
    let mut site = Site::new(Store::Postgres)?;
    site.set("UPIVIA_CALLBACK_SECRETS", &format!("sandbox={SECRET}"));
    site.set("UPIVIA_POLL_FIRST", "100ms");
    Ok(site)
}

/// A phone call that the sandbox treats like this.
fn call(steering: &Value) -> Value {
    let payload = json!({ "to": "+15550100", "say": "The site is down.", "sandbox": steering });
    json!({ "operation": "voice_call.create", "payload": payload })
}

#[expect(clippy::disallowed_methods, reason = "a caller outside the product asks the machine itself")]
fn now_seconds() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}

/// Sends a signed report to a node.
async fn report(node: &Server, body: &Value) -> Result<Reply> {
    let (api, raw, at) = (node.api("")?, body.to_string(), now_seconds()?);
    let signature = upivia_webhooks::sign(SECRET.as_bytes(), raw.as_bytes(), at);
    let request = api.request(reqwest::Method::POST, "/webhooks/sandbox/reconcile").body(raw);
    let request = request.header("content-type", "application/json").header(upivia_webhooks::HEADER, signature);
    api.send(request).await
}

fn executed(event: &str, request: &str) -> Value {
    json!({ "event_id": event, "request_id": request, "status": "executed", "cost_usd": COST })
}

/// A call of the first agent, which is allowed to make some, that its provider never tells about.
async fn running(node: &Server, org: &Bootstrap) -> Result<String> {
    let services = format!("/agents/{}/services", org.agent_id);
    node.api(&org.pat)?.post(&services, &json!({ "operation": "voice_call.create" })).await?.ok()?;
    let steering = json!({ "never": true });
    let reply = node.api(&org.agent_key_test)?.pay("late", &call(&steering)).await?.ok()?;
    ensure!(reply["status"] == "running", "{reply}");
    Ok(reply["request_id"].as_str().context("no request id")?.to_owned())
}

async fn spent(node: &Server, pat: &str) -> Result<String> {
    let balance = node.api(pat)?.get("/balance?mode=test").await?.ok()?;
    Ok(balance["posted_usd"].as_str().context("no balance")?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_to_two_nodes_at_once_is_one_charge() -> Result<()> {
    let site = site()?;
    let org = site.bootstrap(0)?;
    let (a, b) = (site.serve().await?, site.serve().await?);
    let id = running(&a, &org).await?;
    let body = executed("evt_1", &id);
    let replies = futures::future::join_all((0..8).map(|n| report(if n % 2 == 0 { &a } else { &b }, &body))).await;
    for reply in replies {
        let heard = reply?.ok()?;
        ensure!(heard["request"]["cost_usd"] == COST, "{heard}");
    }
    for node in [&a, &b] {
        let again = report(node, &body).await?.ok()?;
        ensure!(again["duplicate"] == true, "{again}");
        ensure!(spent(node, &org.pat).await? == "99.9675", "{}", spent(node, &org.pat).await?);
    }
    site.verify().context("after eight messages")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_reaches_the_heir_of_a_dead_node() -> Result<()> {
    let site = site()?;
    let org = site.bootstrap(0)?;
    let (mut a, b) = (site.serve().await?, site.serve().await?);
    let id = running(&a, &org).await?;
    a.kill()?;
    let log =
        wait::until("the takeover", Duration::from_secs(20), async || Ok(b.log().contains("took over").then_some(())));
    log.await?;
    let agent = b.api(&org.agent_key_test)?;
    let state = agent.get(&format!("/service-requests/{id}")).await?.ok()?;
    ensure!(state["status"] == "running", "the heir ended what its provider has: {state}");
    let heard = report(&b, &executed("evt_1", &id)).await?.ok()?;
    ensure!(heard["request"]["status"] == "executed" && heard["duplicate"] == false, "{heard}");
    ensure!(spent(&b, &org.pat).await? == "99.9675", "the wallet");
    site.verify().context("after the report")
}
