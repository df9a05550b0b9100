//! A lane never waits for a row that somebody else holds.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use upivia_application::ledger::LedgerError;
use upivia_domain::OrgId;
use upivia_e2e::core::{Caller, Target};

/// Holds an organization's row from outside, as a stuck node would.
struct Holder(Child);

impl Holder {
    fn hold(url: &str, org: OrgId, seconds: u32) -> Result<Self> {
        let sql = format!(
            "BEGIN; SELECT 1 FROM org_heads WHERE org_id = '{org}' FOR UPDATE; SELECT pg_sleep({seconds}); COMMIT"
        );
        let child =
            Command::new("psql").args(["-q", "-d", url, "-c", &sql]).stdout(Stdio::null()).spawn().context("psql")?;
        Ok(Self(child))
    }

    fn ends(mut self) -> Result<()> {
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_answer_while_one_organization_is_held_for_ten_seconds() -> Result<()> {
    // Far more organizations than lanes: some share the lane of the held one.
    let target = Target::open("postgres", 24).await?;
    let held = target.callers.first().context("an organization")?.org;
    let holder = Holder::hold(target.database_url().context("a database")?, held, 10)?;
    tokio::time::sleep(Duration::from_millis(500)).await;

    let began = Instant::now();
    let stuck = {
        let (ledger, admit) = (Arc::clone(&target.ledger), Caller::new(&target, 0)?.admit());
        tokio::spawn(async move { ledger.submit(Arc::new(admit)).await })
    };
    let mut slowest = Duration::ZERO;
    for round in 0..5 {
        let mut waiting = Vec::new();
        for n in 1..24 {
            let (ledger, admit) = (Arc::clone(&target.ledger), Caller::new(&target, n)?.admit());
            waiting.push(async move {
                let asked = Instant::now();
                ledger.submit(Arc::new(admit)).await.map(|_| asked.elapsed())
            });
        }
        for answer in futures::future::join_all(waiting).await {
            slowest = slowest.max(answer.with_context(|| format!("round {round}"))?);
        }
    }
    assert!(slowest < Duration::from_secs(3), "an organization of the lane waited {slowest:?}");
    assert!(began.elapsed() < Duration::from_secs(8), "the row was still held while the others answered");
    assert_eq!(stuck.await?.err(), Some(LedgerError::Unavailable), "a wait in vain is 503, after two seconds");

    tokio::task::spawn_blocking(move || holder.ends()).await??;
    let free = target.ledger.submit(Arc::new(Caller::new(&target, 0)?.admit())).await;
    assert!(free.is_ok(), "{free:?}");
    target.verify().await
}
