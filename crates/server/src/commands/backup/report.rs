//! What is said about a sound copy: how large it is, how far it goes, what was verified in it.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;
use upivia_application::verify::{AuditReport, LedgerTotals};

/// A sound copy.
pub(super) struct Report {
    /// The size of the file.
    pub(super) bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub(super) sha256: String,
    /// The last commit sequence of every organization, the installation's own rows included.
    pub(super) sequences: BTreeMap<String, i64>,
    /// What the ledger's verifier saw.
    pub(super) ledger: LedgerTotals,
    /// What the audit trail's verifier saw.
    pub(super) audit: AuditReport,
}

impl Report {
    /// One JSON object.
    pub(super) fn as_json(&self, file: &Path) -> String {
        let (rows, audit) = (&self.ledger.rows, &self.audit);
        let body = json!({
            "file": file.display().to_string(),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "sequences": self.sequences,
            "ledger": {
                "organizations": self.ledger.organizations,
                "events": rows.events,
                "requests": rows.requests,
                "open_holds": rows.open_holds,
                "meters": rows.meters,
            },
            "audit": { "chains": audit.chains, "events": audit.events },
            "contains_master_key": false,
        });
        body.to_string()
    }

    /// Lines for people.
    pub(super) fn as_text(&self) -> String {
        let (rows, audit) = (&self.ledger.rows, &self.audit);
        format!(
            "  size     {} bytes\n  sha256   {}\n  reaches  {} commit sequences, {} events in all\n\
             the ledger is sound: {} organizations, {} events, {} requests ({} with open holds), {} meters\n\
             the audit trail is sound: {} events in {} chains",
            self.bytes,
            self.sha256,
            self.sequences.len(),
            self.sequences.values().sum::<i64>(),
            self.ledger.organizations,
            rows.events,
            rows.requests,
            rows.open_holds,
            rows.meters,
            audit.events,
            audit.chains,
        )
    }
}
