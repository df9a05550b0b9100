//! The ledger's port, and what batches and units of work share: snapshots, caches, rows to write, counters.
//!
//! The way of a batch: lock the heads, load the rows, apply the commands in order, write everything, commit. The steps that
//! speak SQL are in `both` and in the folders of the two databases.

mod apply;
mod changed;
mod faults;
mod lesson;
mod needs;
mod policy_cache;
mod row_cache;
mod stats;
mod store;
mod wanted;

use std::collections::{BTreeMap, HashSet};

use upivia_domain::{
    OrgId,
    ledger::{OrgHead, Snapshot},
};

pub(crate) use apply::apply_all;
pub(crate) use changed::{Changed, ChangedRequest, OpenOutcome, RecordedCommand, Suspension};
pub use faults::{Fault, Faults};
pub(crate) use lesson::Lesson;
pub(crate) use needs::{agents_needed, missing_meters, recorded_needed};
pub(crate) use policy_cache::PolicyCache;
pub(crate) use row_cache::RowCache;
pub(crate) use stats::Counters;
pub use stats::StoreStats;
pub(crate) use wanted::Wanted;

/// The organizations whose heads a transaction holds, in the order of ids.
pub(crate) type Snapshots = BTreeMap<OrgId, Snapshot>;

/// What became of the wish to hold some organizations.
#[derive(Debug, Default)]
pub(crate) struct Locked {
    /// The heads that are held now.
    pub(crate) heads: Vec<OrgHead>,
    /// Organizations that somebody else holds. One that is neither here nor held does not exist.
    pub(crate) busy: HashSet<OrgId>,
}

impl Locked {
    /// Empty snapshots of the held organizations.
    pub(crate) fn into_snapshots(self) -> (Snapshots, HashSet<OrgId>) {
        (self.heads.into_iter().map(|head| (head.org, Snapshot::new(head))).collect(), self.busy)
    }
}

/// Where rows may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicySource {
    /// From the caches, where the head proves them current: only in a transaction that has changed nothing yet.
    Cache,
    /// From the tables.
    Rows,
}
