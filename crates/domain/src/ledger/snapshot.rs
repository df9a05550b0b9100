//! The rows of one organization that a batch touches, in memory between load and write.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{OrgHead, Refusal};
use crate::{
    AgentId, CommandId, Mode, RequestId, Timestamp,
    approval::Approval,
    audit::{EventDraft, JournalEvent},
    budget::{Meter, MeterKey},
    catalog::OperationName,
    dispatch::{IdempotencyKey, RequestState, ServiceRequest},
    policy::{PolicyRows, StopScope},
};

/// The recorded outcome of a command that leaves no request row of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The place of its first event in the journal.
    pub seq: i64,
}

/// What became of an operation that may be suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuspensionChange {
    /// Nobody may buy it until a person lifts that.
    Begun,
    /// It may be bought again.
    Lifted,
}

#[derive(Debug, Clone)]
struct Row<T> {
    value: T,
    // For requests: the state of the stored row.
    before: Option<RequestState>,
    stored: bool,
    changed: bool,
}

/// One organization's rows. Loaded by an adapter, changed only by [`super::apply`] and [`Snapshot::append`].
#[derive(Debug, Clone)]
pub struct Snapshot {
    head: OrgHead,
    /// Agents and what belongs to them, for the agents that [`super::Reads`] names and all they descend from.
    pub policy: PolicyRows,
    meters: HashMap<MeterKey, Row<Meter>>,
    requests: HashMap<RequestId, Row<Box<ServiceRequest>>>,
    keys: HashMap<(AgentId, Mode, IdempotencyKey), RequestId>,
    recorded: HashMap<CommandId, Row<Recorded>>,
    suspensions: BTreeMap<(Mode, OperationName), SuspensionChange>,
    approvals: Vec<Approval>,
    journal: Vec<JournalEvent>,
    head_changed: bool,
}

/// What a batch changed, to be written in one transaction. Taken from a snapshot that stays usable.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The head, where anything changed.
    pub head: Option<OrgHead>,
    /// Meters that had no row.
    pub new_meters: Vec<(MeterKey, Meter)>,
    /// Meters that had one.
    pub changed_meters: Vec<(MeterKey, Meter)>,
    /// Requests that had no row.
    pub new_requests: Vec<ServiceRequest>,
    /// Requests that had one, each with the state in which it was stored before.
    pub changed_requests: Vec<(RequestState, ServiceRequest)>,
    /// Events, in order.
    pub journal: Vec<JournalEvent>,
    /// Outcomes of commands without a request.
    pub recorded: Vec<(CommandId, Recorded)>,
    /// Operations that are suspended now, and those that are no more; the epoch was bumped. A row may be as it should be.
    pub suspensions: BTreeMap<(Mode, OperationName), SuspensionChange>,
    /// Questions that were asked or answered, in order: the last of an id is how its row must stand.
    pub approvals: Vec<Approval>,
}

impl Snapshot {
    /// A snapshot with nothing but the locked head.
    pub fn new(head: OrgHead) -> Self {
        Self {
            head,
            policy: PolicyRows::default(),
            meters: HashMap::new(),
            requests: HashMap::new(),
            keys: HashMap::new(),
            recorded: HashMap::new(),
            suspensions: BTreeMap::new(),
            approvals: Vec::new(),
            journal: Vec::new(),
            head_changed: false,
        }
    }

    /// The head as it stands.
    pub const fn head(&self) -> &OrgHead {
        &self.head
    }

    /// A loaded meter, or the fact that there is no row yet.
    pub fn load_meter(&mut self, key: MeterKey, meter: Option<Meter>) {
        let row = Row { value: meter.unwrap_or_default(), before: None, stored: meter.is_some(), changed: false };
        self.meters.entry(key).or_insert(row);
    }

    /// Whether the meter is loaded.
    pub fn has_meter(&self, key: &MeterKey) -> bool {
        self.meters.contains_key(key)
    }

    /// A loaded request, found by id or by idempotency key.
    pub fn load_request(&mut self, request: ServiceRequest) {
        self.index_key(&request);
        let (id, before) = (request.id, Some(request.state));
        self.requests.entry(id).or_insert(Row { value: Box::new(request), before, stored: true, changed: false });
    }

    /// The recorded outcome of a command.
    pub fn load_recorded(&mut self, id: CommandId, recorded: Recorded) {
        self.recorded.entry(id).or_insert(Row { value: recorded, before: None, stored: true, changed: false });
    }

    /// A stored suspension; one that was lifted here, and not written yet, stays lifted.
    pub fn load_suspension(&mut self, mode: Mode, operation: OperationName) {
        let suspension = (mode, operation);
        if self.suspensions.get(&suspension) != Some(&SuspensionChange::Lifted) {
            self.policy.suspended.insert(suspension);
        }
    }

    /// All stops that are stored now, whatever was known of them before.
    pub fn load_stops(&mut self, stops: BTreeSet<StopScope>) {
        self.policy.stops = stops;
    }

    /// A request as it stands.
    pub fn request(&self, id: RequestId) -> Option<&ServiceRequest> {
        self.requests.get(&id).map(|row| &*row.value)
    }

    /// A meter as it stands.
    pub fn meter(&self, key: &MeterKey) -> Option<Meter> {
        self.meters.get(key).map(|row| row.value)
    }

    /// The time of the batch: never before the organization's last.
    pub fn now(&self, clock: Timestamp) -> Timestamp {
        clock.max(self.head.last_now)
    }

    /// Appends an event to the chain and returns its place. Use-cases outside the ledger record theirs here too.
    pub fn append<D: Serialize>(&mut self, draft: EventDraft<'_, D>, now: Timestamp) -> i64 {
        let event = draft.chained(self.head.org, self.head.seq + 1, now, &self.head.hash);
        (self.head.seq, self.head.hash, self.head.last_now) = (event.seq, event.hash, now);
        self.head_changed = true;
        self.journal.push(event);
        self.head.seq
    }

    /// Marks every cached copy of policy rows as stale.
    pub const fn bump_epoch(&mut self) {
        self.head.epoch += 1;
        self.head_changed = true;
    }

    /// The head, to change status, calendar or debt; events say what changed.
    pub const fn head_mut(&mut self) -> &mut OrgHead {
        self.head_changed = true;
        &mut self.head
    }

    /// What changed since the last call; afterwards everything counts as stored.
    pub fn changes(&mut self) -> Changes {
        let head = std::mem::take(&mut self.head_changed).then(|| self.head.clone());
        let (new_meters, changed_meters) = split(drain(&mut self.meters));
        let (new_requests, changed_requests): (Vec<_>, Vec<_>) =
            drain(&mut self.requests).into_iter().partition(|(_, row)| !row.stored);
        for (id, _) in &new_requests {
            self.requests.entry(*id).and_modify(|row| row.before = Some(row.value.state));
        }
        let changed = |(id, row): (RequestId, Row<Box<ServiceRequest>>)| {
            let before = row.before.unwrap_or(row.value.state);
            self.requests.entry(id).and_modify(|row| row.before = Some(row.value.state));
            (before, *row.value)
        };
        Changes {
            head,
            new_meters,
            changed_meters,
            changed_requests: changed_requests.into_iter().map(changed).collect(),
            new_requests: new_requests.into_iter().map(|(_, row)| *row.value).collect(),
            journal: std::mem::take(&mut self.journal),
            recorded: drain(&mut self.recorded).into_iter().map(|(id, row)| (id, row.value)).collect(),
            suspensions: std::mem::take(&mut self.suspensions),
            approvals: std::mem::take(&mut self.approvals),
        }
    }

    pub(super) fn by_key(&self, key: &(AgentId, Mode, IdempotencyKey)) -> Option<&ServiceRequest> {
        self.keys.get(key).and_then(|id| self.request(*id))
    }

    pub(super) fn recorded(&self, id: CommandId) -> Option<Recorded> {
        self.recorded.get(&id).map(|row| row.value)
    }

    pub(super) fn record(&mut self, id: CommandId, recorded: Recorded) {
        self.recorded.insert(id, Row { value: recorded, before: None, stored: false, changed: true });
    }

    pub(super) fn loaded_meter(&self, key: &MeterKey) -> Result<Meter, Refusal> {
        self.meter(key).ok_or(Refusal::Incomplete)
    }

    pub(super) fn set_meter(&mut self, key: MeterKey, meter: Meter) {
        let row = self.meters.entry(key).or_insert(Row {
            value: Meter::default(),
            before: None,
            stored: false,
            changed: false,
        });
        row.changed |= row.value != meter;
        row.value = meter;
    }

    pub(super) fn put_request(&mut self, request: ServiceRequest) {
        self.index_key(&request);
        let earlier = self.requests.get(&request.id);
        let (before, stored) = (earlier.and_then(|row| row.before), earlier.is_some_and(|row| row.stored));
        self.requests.insert(request.id, Row { value: Box::new(request), before, stored, changed: true });
    }

    pub(super) fn note_approval(&mut self, approval: Approval) {
        self.approvals.push(approval);
    }

    pub(super) fn suspend(&mut self, mode: Mode, operation: &OperationName) {
        self.policy.suspended.insert((mode, operation.clone()));
        self.suspensions.insert((mode, operation.clone()), SuspensionChange::Begun);
        self.bump_epoch();
    }

    pub(super) fn lift(&mut self, mode: Mode, operation: &OperationName) {
        self.policy.suspended.remove(&(mode, operation.clone()));
        self.suspensions.insert((mode, operation.clone()), SuspensionChange::Lifted);
        self.bump_epoch();
    }

    fn index_key(&mut self, request: &ServiceRequest) {
        if let Some(key) = &request.idempotency_key {
            self.keys.insert((request.agent, request.mode, key.clone()), request.id);
        }
    }
}

// The changed rows as they were before this call, which counts them as stored.
fn drain<K: Clone, T: Clone>(rows: &mut HashMap<K, Row<T>>) -> Vec<(K, Row<T>)> {
    let mut changed = Vec::new();
    for (key, row) in rows.iter_mut().filter(|(_, row)| row.changed) {
        changed.push((key.clone(), row.clone()));
        (row.stored, row.changed) = (true, false);
    }
    changed
}

type Meters = Vec<(MeterKey, Meter)>;

fn split(rows: Vec<(MeterKey, Row<Meter>)>) -> (Meters, Meters) {
    let (new, old): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, row)| !row.stored);
    let values = |rows: Vec<(MeterKey, Row<Meter>)>| rows.into_iter().map(|(key, row)| (key, row.value)).collect();
    (values(new), values(old))
}
