//! `audit verify`: every chain from its first event to the head that knows its last.

use upivia_domain::{
    audit::ChainVerifier,
    ledger::OrgHead,
    ports::{LedgerScan, LedgerScanner},
};

use super::{PAGE, VerifyError};

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditReport {
    /// Chains: one an organization, and the installation's own.
    pub chains: u64,
    /// Their events.
    pub events: u64,
}

/// Walks every chain of the store in one consistent view.
///
/// # Errors
///
/// The first event that is wrong, or the store's.
pub async fn verify_audit(scanner: &dyn LedgerScanner) -> Result<AuditReport, VerifyError> {
    let mut scan = scanner.scan().await?;
    let mut report = AuditReport::default();
    for head in scan.heads().await? {
        report.chains += 1;
        report.events += walk(&mut *scan, &head).await?;
    }
    Ok(report)
}

async fn walk(scan: &mut dyn LedgerScan, head: &OrgHead) -> Result<u64, VerifyError> {
    let mut verifier = ChainVerifier::new(head.org);
    loop {
        let page = scan.journal(head.org, verifier.seq(), PAGE).await?;
        if page.is_empty() {
            let events = verifier.finish(head.seq, &head.hash)?;
            return Ok(events.unsigned_abs());
        }
        page.iter().try_for_each(|event| verifier.push(event))?;
    }
}
