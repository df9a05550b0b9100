//! `upivia ledger verify` and `upivia audit verify`: they read beside a running server and fail at the first wrong row.

use anyhow::Result;
use upivia_application::verify::{AuditReport, LedgerTotals, verify_audit, verify_ledger};

use crate::{config::Settings, output::say, storage};

/// Recomputes every ledger.
pub async fn ledger(settings: &Settings) -> Result<()> {
    let storage = storage::open_beside(settings).await?;
    let totals = verify_ledger(&*storage.store).await;
    storage.close().await;
    let LedgerTotals { organizations, rows } = totals?;
    say(&format!(
        "the ledger is sound: {organizations} organizations, {} events, {} requests ({} with open holds), {} meters",
        rows.events, rows.requests, rows.open_holds, rows.meters
    ))
}

/// Walks every chain.
pub async fn audit(settings: &Settings) -> Result<()> {
    let storage = storage::open_beside(settings).await?;
    let report = verify_audit(&*storage.store).await;
    storage.close().await;
    let AuditReport { chains, events } = report?;
    say(&format!("the audit trail is sound: {events} events in {chains} chains"))
}
