//! Meters of organizations, each set valid for one event of the journal.
//!
//! Whatever changes a meter also appends an event, and the hash of the last event is in the organization's head, which is
//! read under the organization's lock: an equal hash proves that nobody changed a meter since. Only what is certainly
//! committed may be learnt here.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{
    OrgId,
    budget::{Meter, MeterKey},
    ledger::Snapshot,
};

use super::Snapshots;

/// So many organizations are kept; then all are dropped.
const MOST_ORGANIZATIONS: usize = 16_384;
/// So many meters of one organization are kept; then its entry starts anew.
const MOST_METERS: usize = 4_096;

/// Shared by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct MeterCache(Mutex<HashMap<OrgId, Entry>>);

#[derive(Debug)]
struct Entry {
    hash: [u8; 32],
    meters: HashMap<MeterKey, Option<Meter>>,
}

impl MeterCache {
    /// Loads what is known into the snapshot, whose head is as it was locked; returns the keys that are not.
    pub(crate) fn load(&self, snapshot: &mut Snapshot, keys: Vec<MeterKey>) -> Vec<MeterKey> {
        let entries = self.lock();
        let entry = entries.get(&snapshot.head().org).filter(|entry| entry.hash == snapshot.head().hash);
        let Some(entry) = entry else { return keys };
        let mut unknown = Vec::new();
        for key in keys {
            match entry.meters.get(&key) {
                Some(meter) => snapshot.load_meter(key, *meter),
                None => unknown.push(key),
            }
        }
        unknown
    }

    /// Keeps what a commit left.
    pub(crate) fn learn(&self, lesson: Lesson) {
        let mut entries = self.lock();
        if entries.len() + lesson.heads.len() > MOST_ORGANIZATIONS {
            entries.clear();
        }
        for (org, heads) in lesson.heads {
            let fresh = || Entry { hash: heads.after, meters: HashMap::new() };
            let entry = entries.entry(org).or_insert_with(fresh);
            if entry.hash != heads.before || entry.meters.len() >= MOST_METERS {
                *entry = fresh();
            }
            entry.hash = heads.after;
        }
        for (org, key, meter) in lesson.figures {
            if let Some(entry) = entries.get_mut(&org) {
                entry.meters.insert(key, meter);
            }
        }
    }

    /// Drops what is known of organizations whose transaction failed.
    pub(crate) fn forget(&self, orgs: impl IntoIterator<Item = OrgId>) {
        let mut entries = self.lock();
        for org in orgs {
            entries.remove(&org);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OrgId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is to learn from one batch, once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Lesson {
    heads: HashMap<OrgId, Heads>,
    figures: Vec<(OrgId, MeterKey, Option<Meter>)>,
}

/// The last hash of a chain before and after the batch.
#[derive(Debug, Clone, Copy)]
struct Heads {
    before: [u8; 32],
    after: [u8; 32],
}

impl Lesson {
    /// Before anything was applied: the meters that were read, absent where there is no row.
    pub(crate) fn before(snapshots: &Snapshots, read: Vec<(OrgId, MeterKey, Option<Meter>)>) -> Self {
        let heads = snapshots.iter().map(|(org, snapshot)| {
            let hash = snapshot.head().hash;
            (*org, Heads { before: hash, after: hash })
        });
        Self { heads: heads.collect(), figures: read }
    }

    /// After everything was applied: the meters that were changed.
    pub(crate) fn after(&mut self, snapshots: &Snapshots, changed: Vec<(OrgId, MeterKey, Meter)>) {
        for (org, snapshot) in snapshots {
            self.heads.entry(*org).and_modify(|heads| heads.after = snapshot.head().hash);
        }
        self.figures.extend(changed.into_iter().map(|(org, key, meter)| (org, key, Some(meter))));
    }
}
