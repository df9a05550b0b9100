//! `ledger verify`: figures, holds and requests against the journal.

use upivia_domain::{
    OrgId,
    ledger::{LedgerReport, LedgerVerifier, OrgHead},
    ports::{LedgerScan, LedgerScanner},
};

use super::{PAGE, VerifyError};

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerTotals {
    /// Organizations, the installation's own rows included.
    pub organizations: u64,
    /// All their rows.
    pub rows: LedgerReport,
}

/// Recomputes every ledger of the store in one consistent view.
///
/// # Errors
///
/// The first row that is wrong, or the store's.
pub async fn verify_ledger(scanner: &dyn LedgerScanner) -> Result<LedgerTotals, VerifyError> {
    let mut scan = scanner.scan().await?;
    let mut totals = LedgerTotals::default();
    for head in scan.heads().await? {
        let report = verify_one(&mut *scan, &head).await?;
        totals.organizations += 1;
        totals.rows = sum(totals.rows, report);
    }
    Ok(totals)
}

async fn verify_one(scan: &mut dyn LedgerScan, head: &OrgHead) -> Result<LedgerReport, VerifyError> {
    let org = head.org;
    let mut verifier = LedgerVerifier::new(org);
    push_events(scan, org, &mut verifier).await?;
    push_requests(scan, org, &mut verifier).await?;
    for (key, meter) in scan.meters(org).await? {
        verifier.meter(&key, &meter)?;
    }
    Ok(verifier.finish(head)?)
}

async fn push_events(scan: &mut dyn LedgerScan, org: OrgId, verifier: &mut LedgerVerifier) -> Result<(), VerifyError> {
    let mut after = 0;
    loop {
        let page = scan.journal(org, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.seq;
        page.iter().try_for_each(|event| verifier.event(event))?;
    }
}

async fn push_requests(
    scan: &mut dyn LedgerScan,
    org: OrgId,
    verifier: &mut LedgerVerifier,
) -> Result<(), VerifyError> {
    let mut after = None;
    loop {
        let page = scan.requests(org, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        page.iter().try_for_each(|request| verifier.request(request))?;
    }
}

const fn sum(a: LedgerReport, b: LedgerReport) -> LedgerReport {
    LedgerReport {
        events: a.events + b.events,
        requests: a.requests + b.requests,
        meters: a.meters + b.meters,
        open_holds: a.open_holds + b.open_holds,
    }
}
