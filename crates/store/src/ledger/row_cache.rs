//! Meters and open requests of organizations, each set valid for one event of the journal.
//!
//! Whatever changes a meter or a request also appends an event, and the hash of the last event is in the organization's head,
//! which is read under the organization's lock: an equal hash proves that nobody changed a row since. Only what is certainly
//! committed may be learnt here. What is not here was not forgotten by the database: it is read.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{
    OrgId, RequestId,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::{OrgHead, Snapshot},
};

use super::{Lesson, Wanted, lesson::Heads};

/// So many organizations are kept; then all are dropped.
const MOST_ORGANIZATIONS: usize = 16_384;
/// So many meters, and so many requests, of one organization are kept; then its entry starts anew.
const MOST_ROWS: usize = 4_096;
/// After so many batches that found an organization as the one before left it, its head is likely known, too.
const CALM: u32 = 4;

/// Shared by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct RowCache(Mutex<HashMap<OrgId, Entry>>);

#[derive(Debug)]
struct Entry {
    head: OrgHead,
    // Batches in a row before which nobody else changed the organization.
    undisturbed: u32,
    // Absent inside = there is no row.
    meters: HashMap<MeterKey, Option<Meter>>,
    // Those that hold money: they will be asked for again.
    open: HashMap<RequestId, ServiceRequest>,
}

impl RowCache {
    /// Takes those requests out of the question that need not be read if the head turns out as it is known here.
    pub(crate) fn assume(&self, wanted: &mut Wanted) -> Vec<(OrgId, RequestId)> {
        let entries = self.lock();
        wanted.take_requests(|org, id| entries.get(&org).is_some_and(|entry| entry.open.contains_key(&id)))
    }

    /// Loads known requests into the snapshot, whose head is as it was locked; returns those that must be read after all.
    pub(crate) fn load_requests(&self, snapshot: &mut Snapshot, ids: Vec<RequestId>) -> Vec<RequestId> {
        let entries = self.lock();
        let Some(entry) = valid(&entries, snapshot) else { return ids };
        let unknown = ids.into_iter().filter(|id| match entry.open.get(id) {
            Some(request) => {
                snapshot.load_request(request.clone());
                false
            }
            None => true,
        });
        unknown.collect()
    }

    /// Loads known meters into the snapshot, whose head is as it was locked; returns the keys that must be read.
    pub(crate) fn load_meters(&self, snapshot: &mut Snapshot, keys: Vec<MeterKey>) -> Vec<MeterKey> {
        let entries = self.lock();
        let Some(entry) = valid(&entries, snapshot) else { return keys };
        let mut unknown = Vec::new();
        for key in keys {
            match entry.meters.get(&key) {
                Some(meter) => snapshot.load_meter(key, *meter),
                None => unknown.push(key),
            }
        }
        unknown
    }

    /// The organization as the last batch left it, where nobody else has changed it lately. It may be wrong: only the
    /// database knows, so whoever decides upon it must have the database compare hash and epoch under the lock.
    pub(crate) fn guess(&self, org: OrgId) -> Option<Snapshot> {
        let entries = self.lock();
        entries.get(&org).filter(|entry| entry.undisturbed >= CALM).map(|entry| Snapshot::new(entry.head.clone()))
    }

    /// Notes that something else than a batch changed those organizations.
    pub(crate) fn disturb(&self, orgs: &[OrgId]) {
        let mut entries = self.lock();
        for org in orgs {
            if let Some(entry) = entries.get_mut(org) {
                entry.undisturbed = 0;
            }
        }
    }

    /// Keeps what a commit left.
    pub(crate) fn learn(&self, lesson: Lesson) {
        let mut entries = self.lock();
        if entries.len() + lesson.heads.len() > MOST_ORGANIZATIONS {
            entries.clear();
        }
        for (org, Heads { before, after }) in lesson.heads {
            match entries.get_mut(&org) {
                Some(entry) if entry.head.hash == before && !entry.is_full() => entry.follow(after),
                _ => drop(entries.insert(org, Entry::new(after))),
            }
        }
        for (org, key, meter) in lesson.meters {
            if let Some(entry) = entries.get_mut(&org) {
                entry.meters.insert(key, meter);
            }
        }
        for request in lesson.requests {
            if let Some(entry) = entries.get_mut(&request.org) {
                entry.learn(request);
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

impl Entry {
    fn new(head: OrgHead) -> Self {
        Self { head, undisturbed: 0, meters: HashMap::new(), open: HashMap::new() }
    }

    fn follow(&mut self, head: OrgHead) {
        self.head = head;
        self.undisturbed = self.undisturbed.saturating_add(1);
    }

    fn is_full(&self) -> bool {
        self.meters.len() >= MOST_ROWS || self.open.len() >= MOST_ROWS
    }

    fn learn(&mut self, request: ServiceRequest) {
        if request.state.holds_money() {
            self.open.insert(request.id, request);
        } else {
            self.open.remove(&request.id);
        }
    }
}

fn valid<'e>(entries: &'e HashMap<OrgId, Entry>, snapshot: &Snapshot) -> Option<&'e Entry> {
    entries.get(&snapshot.head().org).filter(|entry| entry.head.hash == snapshot.head().hash)
}

#[cfg(test)]
mod tests {
    use upivia_domain::{
        Mode, NanoUsd, Timestamp,
        budget::{AccountOwner, Meter},
        ledger::OrgHead,
        time::{Calendar, Zone},
    };

    use super::*;
    use crate::ledger::Changed;

    const WALLET: MeterKey = MeterKey::Account(Mode::Live, AccountOwner::Wallet);

    fn snapshot(hash: u8) -> Snapshot {
        let head = OrgHead::new(OrgId::PLATFORM, Calendar::of(Zone::UTC), Timestamp::default());
        Snapshot::new(OrgHead { hash: [hash; 32], ..head })
    }

    /// A batch that found the head at one hash, read the wallet, and left the head at another hash.
    fn lesson(before: u8, after: u8, wallet: Option<Meter>) -> Lesson {
        let held = |hash| [(OrgId::PLATFORM, snapshot(hash))].into();
        Lesson::before(&held(before), vec![(OrgId::PLATFORM, WALLET, wallet)]).after(&held(after), Changed::default())
    }

    fn known(cache: &RowCache, hash: u8) -> Option<Meter> {
        let mut snapshot = snapshot(hash);
        cache.load_meters(&mut snapshot, vec![WALLET]);
        snapshot.meter(&WALLET)
    }

    #[test]
    fn rows_are_known_for_their_event_only() {
        let cache = RowCache::default();
        let money = Meter { posted: NanoUsd::cents(5), ..Meter::default() };
        cache.learn(lesson(1, 2, Some(money)));
        assert_eq!(known(&cache, 2), Some(money));
        assert_eq!(known(&cache, 1), None);
        assert_eq!(known(&cache, 3), None);
    }

    #[test]
    fn a_batch_after_a_strangers_starts_anew() {
        let cache = RowCache::default();
        cache.learn(lesson(1, 2, Some(Meter { posted: NanoUsd::cents(5), ..Meter::default() })));
        // Somebody else moved the head from 2 to 3; this batch read nothing.
        let mut blind = lesson(3, 4, None);
        blind.meters.clear();
        cache.learn(blind);
        assert_eq!(known(&cache, 4), None, "what was true at 2 says nothing about 4");
    }

    #[test]
    fn what_failed_is_forgotten() {
        let cache = RowCache::default();
        cache.learn(lesson(1, 2, Some(Meter::default())));
        cache.forget([OrgId::PLATFORM]);
        assert_eq!(known(&cache, 2), None);
    }

    #[test]
    fn that_there_is_no_row_is_known_too() {
        let cache = RowCache::default();
        cache.learn(lesson(1, 1, None));
        let mut snapshot = snapshot(1);
        assert!(cache.load_meters(&mut snapshot, vec![WALLET]).is_empty());
        assert!(snapshot.has_meter(&WALLET));
    }
}
