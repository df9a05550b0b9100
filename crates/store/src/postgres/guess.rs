//! A batch decided from memory, before the database is asked anything.
//!
//! Whoever wrote an organization's last batch knows its head, and for that head the caches know policy, meters and open
//! requests. The batch is decided upon them and sent as one statement that first takes the heads and compares hash and epoch: if
//! anybody changed anything meanwhile, or holds a head, nothing is written and the batch goes the long way. That a request's
//! idempotency key is new is not asked before either: its unique index refuses a second row.

use std::{collections::HashSet, sync::Arc};

use upivia_domain::{
    ledger::{Command, Snapshot},
    ports::{Applied, ApplyMode, LockWait},
};

use super::{
    batch::Decided,
    hot::{KnownHead, Whole},
    policy,
};
use crate::{
    connect::Shared,
    ledger::{Changed, Lesson, Snapshots, Wanted, agents_needed, apply_all, missing_meters, recorded_needed},
};

/// A decided batch, and the statement that writes it if it is right.
pub(super) struct Guess {
    pub(super) statement: Whole,
    pub(super) decided: Decided,
}

impl Guess {
    /// Decides the batch if everything that it needs is in memory.
    pub(super) fn of(shared: &Shared, batch: &[Arc<Command>], mode: ApplyMode) -> Option<Self> {
        if mode.again || mode.lock == LockWait::Wait {
            return None;
        }
        let wanted = Wanted::of(batch, false);
        let mut snapshots = remembered(shared, &wanted)?;
        if !policy::unknown_tasks(&snapshots, &wanted).is_empty() {
            return None;
        }
        for (org, reads) in Wanted::of_agents(agents_needed(&snapshots, batch)).iter() {
            let snapshot = snapshots.get_mut(&org)?;
            let rows = shared.policies.find(org, snapshot.head().epoch, &reads.agents)?;
            policy::merge(snapshot, rows);
        }
        let clock = shared.clock.now();
        for (org, keys) in missing_meters(&snapshots, batch, clock) {
            if !shared.rows.load_meters(snapshots.get_mut(&org)?, keys).is_empty() {
                return None;
            }
        }
        if !recorded_needed(&snapshots, batch).is_empty() {
            return None;
        }
        let known = snapshots.values().map(known_head).collect();
        let lesson = Lesson::before(&snapshots, Vec::new());
        let applied = apply_all(&mut snapshots, &HashSet::new(), batch, clock).ok()?;
        // A refusal writes nothing, so no index would say that its key was used before.
        if wanted.keys().next().is_some() && applied.iter().any(is_refusal) {
            return None;
        }
        let changed = changed(shared, &mut snapshots)?;
        let statement = Whole::of(known, &changed).ok()??;
        Some(Self { statement, decided: Decided { applied, snapshots, changed, lesson } })
    }
}

fn remembered(shared: &Shared, wanted: &Wanted) -> Option<Snapshots> {
    let mut snapshots = Snapshots::new();
    for (org, reads) in wanted.iter() {
        let mut snapshot = shared.rows.guess(org)?;
        let rows = shared.policies.find(org, snapshot.head().epoch, &reads.agents)?;
        policy::merge(&mut snapshot, rows);
        if !shared.rows.load_requests(&mut snapshot, reads.requests.clone()).is_empty() {
            return None;
        }
        snapshots.insert(org, snapshot);
    }
    Some(snapshots)
}

fn changed(shared: &Shared, snapshots: &mut Snapshots) -> Option<Changed> {
    let mut changed = Changed::default();
    for (org, snapshot) in snapshots {
        let key: Option<_> = shared.sealer.cached(*org);
        changed.add(*org, snapshot.changes(), Some(key?));
    }
    Some(changed)
}

fn known_head(snapshot: &Snapshot) -> KnownHead {
    let head = snapshot.head();
    KnownHead { org_id: head.org.to_string(), hash: head.hash.to_vec(), epoch: head.epoch }
}

const fn is_refusal(applied: &Applied) -> bool {
    !matches!(applied, Applied::Done(Ok(_)))
}
