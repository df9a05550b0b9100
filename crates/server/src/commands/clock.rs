//! `upivia clock repair`: after a clock that ran ahead was put right. On the embedded database no server may be running.

use std::sync::Arc;

use anyhow::Result;
use upivia_application::clock::{Ahead, ClockRepair, ClockRepairParts};
use upivia_domain::ports::Clock;

use crate::{
    config::Settings,
    machine::{SystemClock, SystemIds},
    output::say,
    storage,
};

/// Takes the time of organizations back, or with `dry_run` only names them.
pub async fn repair(settings: &Settings, dry_run: bool) -> Result<()> {
    let storage = storage::open(settings, "repair its time").await?;
    let repair = ClockRepair::new(ClockRepairParts {
        scanner: Arc::clone(&storage.store) as _,
        ledger: Arc::clone(&storage.store) as _,
        registry: Arc::clone(&storage.store) as _,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
    });
    let ahead = if dry_run { repair.find().await } else { repair.repair().await };
    drop(repair);
    storage.close().await;
    let ahead = ahead?;
    say(&format!("the clock of this machine says {}", SystemClock.now()))?;
    if ahead.is_empty() {
        return say("no organization's time is ahead of it");
    }
    let done = if dry_run { "is ahead" } else { "was repaired" };
    ahead.iter().try_for_each(|Ahead { org, last_now }| say(&format!("{org}: {last_now} {done}")))
}
