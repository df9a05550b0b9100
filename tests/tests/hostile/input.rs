//! Well-formed requests that ask for what cannot be: amounts, paths, credentials, keys.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use upivia_e2e::{Reply, Store, on_both_stores, paid};

use crate::target::{Target, refused};

on_both_stores!(amounts, paths_and_credentials, idempotency_keys);

async fn amounts(store: Store) -> Result<()> {
    let target = Target::new(store).await?;
    let (agent_id, wrong) =
        (&target.org.agent_id, [json!(-1), json!(i64::MAX), json!(1e30), json!(1.5), json!("5"), json!([1])]);
    for value in &wrong {
        let budget = json!({"monthly_budget_cents": value});
        let reply = target.owner.patch(&format!("/agents/{agent_id}/budget"), &budget).await?;
        names_the_field(&reply, "monthly_budget_cents", value)?;
        for field in ["monthly_budget_cents", "approval_threshold_cents", "daily_request_limit"] {
            // A count, unlike money, may be as large as an integer gets.
            if field == "daily_request_limit" && *value == json!(i64::MAX) {
                continue;
            }
            let binding = json!({"service": "email", "operation": "send", field: value});
            let reply = target.owner.post(&format!("/agents/{agent_id}/services"), &binding).await?;
            names_the_field(&reply, field, value)?;
        }
    }
    target.unmoved().await
}

fn names_the_field(reply: &Reply, field: &str, value: &Value) -> Result<()> {
    refused(reply, 400, "invalid_request").with_context(|| format!("{field} = {value}"))?;
    let message = reply.text("/error/message");
    ensure!(message.contains(field), "{field} = {value}: the message does not name the field: {message:?}");
    Ok(())
}

async fn paths_and_credentials(store: Store) -> Result<()> {
    let target = Target::new(store).await?;
    for path in
        ["/nothing", "/agents/agt_none", "/service-requests/srq_none", "/service-requests/%00", "/agents/../../etc"]
    {
        let api = if path.starts_with("/service") { &target.agent } else { &target.owner };
        refused(&api.get(path).await?, 404, "not_found").with_context(|| format!("GET {path}"))?;
    }
    for (method, path) in [(Method::DELETE, "/service-requests"), (Method::PUT, "/agents"), (Method::PATCH, "/balance")]
    {
        let reply = target.owner.send(target.owner.request(method.clone(), path)).await?;
        ensure!([404, 405].contains(&reply.code), "{method} {path}: HTTP {} {}", reply.code, reply.body);
        ensure!(!reply.error_code().is_empty(), "{method} {path}: {}", reply.body);
    }
    for key in [
        "x",
        "agent_key_test_",
        "agent_key_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "upivia_pat_live_x",
        &target.org.pat[..20],
    ] {
        let stranger = target.owner.with_key(key);
        refused(&stranger.get("/agents").await?, 401, "unauthorized").with_context(|| format!("key {key:?}"))?;
        refused(&stranger.pay("k", &paid::email("x")).await?, 401, "unauthorized")
            .with_context(|| format!("key {key:?}"))?;
    }
    let empty = target.owner.request(Method::GET, "/agents").header("content-type", "application/json");
    ensure!(target.owner.send(empty).await?.code == 200, "a GET with a content type and no body is refused");
    target.unmoved().await
}

async fn idempotency_keys(store: Store) -> Result<()> {
    let target = Target::new(store).await?;
    let mut body = paid::email("keys");
    let long = target.agent.pay(&"k".repeat(256), &body).await?;
    refused(&long, 400, "invalid_request").context("a key of 256 bytes")?;
    body["idempotency_key"] = json!("one");
    let differing = target.agent.pay("another", &body).await?;
    refused(&differing, 400, "invalid_request").context("header and body differ")?;
    body["idempotency_key"] = json!(5);
    refused(&target.agent.post("/service-requests", &body).await?, 400, "invalid_request")
        .context("a key that is a number")?;
    target.unmoved().await
}
