//! What there is to learn from one batch, once it is committed.

use std::collections::HashMap;

use upivia_domain::{
    OrgId,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::OrgHead,
};

use super::{Changed, Snapshots};

/// Rows as the batch left them.
#[derive(Debug, Default)]
pub(crate) struct Lesson {
    pub(super) heads: HashMap<OrgId, Heads>,
    pub(super) meters: Vec<(OrgId, MeterKey, Option<Meter>)>,
    pub(super) requests: Vec<ServiceRequest>,
}

/// The last hash of a chain before the batch, and the head after it.
#[derive(Debug, Clone)]
pub(super) struct Heads {
    pub(super) before: [u8; 32],
    pub(super) after: OrgHead,
}

impl Lesson {
    /// Before anything was applied: the meters that were read, absent where there is no row.
    pub(crate) fn before(snapshots: &Snapshots, read: Vec<(OrgId, MeterKey, Option<Meter>)>) -> Self {
        let heads = snapshots.iter().map(|(org, snapshot)| {
            let head = snapshot.head();
            (*org, Heads { before: head.hash, after: head.clone() })
        });
        Self { heads: heads.collect(), meters: read, requests: Vec::new() }
    }

    /// After everything was applied and committed.
    pub(crate) fn after(mut self, snapshots: &Snapshots, changed: Changed) -> Self {
        for (org, snapshot) in snapshots {
            self.heads.entry(*org).and_modify(|heads| heads.after = snapshot.head().clone());
        }
        for (org, changes) in changed.into_changes() {
            let meters = changes.new_meters.into_iter().chain(changes.changed_meters);
            self.meters.extend(meters.map(|(key, meter)| (org, key, Some(meter))));
            self.requests.extend(changes.new_requests);
            self.requests.extend(changes.changed_requests.into_iter().map(|(_, request)| request));
        }
        self
    }
}
