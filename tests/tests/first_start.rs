//! The first five minutes: no configuration, one printed command that works, secrets shown once and kept well.

use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use upivia_e2e::{Api, Site, Store, curl};

const SECRETS: [&str; 3] = ["agent_key_live_", "agent_key_test_", "upivia_pat_live_"];

/// The documentation's own example.
const DOCUMENTED: &str = r#"curl -X POST https://www.upivia.com/api/v1/service-requests \
-H "Authorization: Bearer agent_key_live_..." \
-H "Content-Type: application/json" \
-H "Idempotency-Key: $(uuidgen)" \
-d '{"operation":"text_generation.generate","payload":{"model":"openai/gpt-4o-mini","messages":[{"role":"user","content":"Summarize"}]}}'"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_start_prints_works_and_is_printed_once() -> Result<()> {
    let site = Site::bare(Store::Sqlite)?;
    let mut server = site.serve().await?;
    let (printed, base) = (server.stdout()?, server.base());
    ensure!(printed.contains(&base), "the base URL {base} is not in {printed:?}");
    let key = curl::word(&printed, "agent_key_test_").context("no test key is printed")?.to_owned();
    let pat = curl::word(&printed, "upivia_pat_live_").context("no personal token is printed")?.to_owned();

    executed(&site, &curl::command_in(&printed)?)?;
    let documented = DOCUMENTED.replace("https://www.upivia.com", &base).replace("agent_key_live_...", &key);
    executed(&site, &documented)?;
    credentials_work(&server.api(&key)?, &server.api(&pat)?).await?;
    server.stop().await?;

    let server = site.serve().await?;
    for secret in SECRETS {
        ensure!(!server.log().contains(secret), "the second start shows a secret: {}", server.log());
    }
    credentials_work(&server.api(&key)?, &server.api(&pat)?).await?;
    site.verify()
}

/// Pastes a command and expects a charged, executed request.
fn executed(site: &Site, line: &str) -> Result<()> {
    let done = curl::paste(line, site.path())?.ok(line)?;
    let reply: Value =
        serde_json::from_str(&done.stdout).with_context(|| format!("{line} printed {:?}", done.stdout))?;
    ensure!(reply["status"] == "executed", "{line} answered {reply}");
    ensure!(reply["request_id"].as_str().is_some_and(|id| id.starts_with("srq_")), "no request id in {reply}");
    ensure!(reply["result"].is_object(), "no result in {reply}");
    Ok(())
}

async fn credentials_work(agent: &Api, owner: &Api) -> Result<()> {
    let agents = agent.get("/agents").await?.ok()?;
    ensure!(agents["agents"].as_array().is_some_and(|list| !list.is_empty()), "the agent key sees {agents}");
    let balance = owner.get("/balance?mode=test").await?.ok()?;
    let amount = balance["amount_cents"].as_i64().context("no amount_cents")?;
    // Two small generations out of $100 of play money.
    ensure!((9_900..=10_000).contains(&amount), "the test wallet is {balance}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_generated_master_key_is_for_its_owner_only() -> Result<()> {
    let site = Site::bare(Store::Sqlite)?;
    let _server = site.serve().await?;
    let mode = std::fs::metadata(site.path().join("data/master.key")).context("data/master.key")?.permissions().mode();
    ensure!(mode & 0o777 == 0o600, "data/master.key has mode {:o}", mode & 0o777);
    Ok(())
}
