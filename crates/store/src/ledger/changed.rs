//! Everything that a transaction changed, and the rows that this makes, table by table.
//!
//! Rows are made when they are asked for, so that a database can be busy with one table while the next is made.

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    dispatch::{RequestState, ServiceRequest},
    ledger::{Changes, SuspensionChange},
    ports::StoreError,
};

use crate::{
    crypto::DataKey,
    rows::{ApprovalRow, HeadRow, JournalRow, MeterRow, RequestRow, RequestTail},
};

/// The changed columns of a request that has a row.
#[derive(Debug)]
pub(crate) struct ChangedRequest {
    pub(crate) org_id: String,
    pub(crate) id: String,
    pub(crate) tail: RequestTail,
}

/// A row of `open_outcomes`.
#[derive(Debug)]
pub(crate) struct OpenOutcome {
    pub(crate) org_id: String,
    pub(crate) request_id: String,
    pub(crate) owner: Option<String>,
    pub(crate) state: String,
}

/// A row of `commands`.
#[derive(Debug)]
pub(crate) struct RecordedCommand {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) seq: i64,
}

/// A row of `suspensions`.
#[derive(Debug)]
pub(crate) struct Suspension {
    pub(crate) org_id: String,
    pub(crate) mode: String,
    pub(crate) operation: String,
}

/// The changes of every organization of a transaction.
#[derive(Debug, Default)]
pub(crate) struct Changed(Vec<Part>);

#[derive(Debug)]
struct Part {
    org: OrgId,
    changes: Changes,
    key: Option<Arc<DataKey>>,
}

impl Changed {
    /// Adds what changed in one organization. The key is needed where requests changed.
    pub(crate) fn add(&mut self, org: OrgId, changes: Changes, key: Option<Arc<DataKey>>) {
        self.0.push(Part { org, changes, key });
    }

    /// The changes themselves.
    pub(crate) fn into_changes(self) -> impl Iterator<Item = (OrgId, Changes)> {
        self.0.into_iter().map(|part| (part.org, part.changes))
    }

    /// Whether there is nothing but events, figures that have a row, new requests, and requests that began and ended.
    pub(crate) fn is_everyday(&self) -> bool {
        let rare = |changes: &Changes| {
            !changes.new_meters.is_empty()
                || !changes.recorded.is_empty()
                || !changes.suspensions.is_empty()
                || !changes.approvals.is_empty()
        };
        let outlives = |(before, request): (Option<RequestState>, &ServiceRequest)| {
            is_open(request.state)
                || request.flagged
                || before.is_some_and(|state| is_open(state) || is_question(state))
        };
        !self.each().any(|(_, changes)| rare(changes)) && !self.transitions().any(outlives)
    }

    /// How many rows all tables get.
    pub(crate) fn rows(&self) -> usize {
        let ledger = |changes: &Changes| {
            usize::from(changes.head.is_some())
                + changes.new_meters.len()
                + changes.changed_meters.len()
                + changes.new_requests.len()
                + changes.changed_requests.len()
                + changes.journal.len()
                + changes.recorded.len()
                + changes.suspensions.len()
                + changes.approvals.len()
        };
        let outcomes =
            self.transitions().filter(|(before, request)| is_open(request.state) || before.is_some_and(is_open));
        self.each().map(|(_, changes)| ledger(changes)).sum::<usize>() + outcomes.count() + self.flagged().len()
    }

    pub(crate) fn heads(&self) -> Vec<HeadRow> {
        self.each().filter_map(|(_, changes)| changes.head.as_ref().map(HeadRow::from)).collect()
    }

    /// Meters that have no row.
    pub(crate) fn new_meters(&self) -> Vec<MeterRow> {
        let rows = self.each().flat_map(|(org, changes)| {
            changes.new_meters.iter().map(move |(key, meter)| MeterRow::new(org, key, *meter))
        });
        rows.collect()
    }

    /// Meters that have one.
    pub(crate) fn changed_meters(&self) -> Vec<MeterRow> {
        let rows = self.each().flat_map(|(org, changes)| {
            changes.changed_meters.iter().map(move |(key, meter)| MeterRow::new(org, key, *meter))
        });
        rows.collect()
    }

    pub(crate) fn journal(&self) -> Vec<JournalRow> {
        self.each().flat_map(|(_, changes)| changes.journal.iter().map(JournalRow::from)).collect()
    }

    /// Requests that have no row, or one that is written anew, sealed.
    pub(crate) fn new_requests(&self) -> Result<Vec<RequestRow>, StoreError> {
        let rows = self.0.iter().flat_map(|part| {
            let answered = part.changes.changed_requests.iter().filter(|(before, _)| is_question(*before));
            let all = part.changes.new_requests.iter().chain(answered.map(|(_, request)| request));
            all.map(|request| RequestRow::seal(request, part.key()?))
        });
        rows.collect()
    }

    /// Requests whose rows are written anew, because the answer to a question gives them a hold: organization and id.
    pub(crate) fn replaced(&self) -> Vec<(String, String)> {
        let answered = self.transitions().filter(|(before, _)| before.is_some_and(is_question));
        answered.map(|(_, request)| (request.org.to_string(), request.id.to_string())).collect()
    }

    /// Questions as they stand now: to insert or replace, one row for each.
    pub(crate) fn approvals(&self) -> Vec<ApprovalRow> {
        let mut rows: Vec<ApprovalRow> = Vec::new();
        for approval in self.each().flat_map(|(_, changes)| &changes.approvals) {
            let row = ApprovalRow::from(approval);
            rows.retain(|earlier| earlier.id != row.id);
            rows.push(row);
        }
        rows
    }

    /// Requests that have one, sealed.
    pub(crate) fn changed_requests(&self) -> Result<Vec<ChangedRequest>, StoreError> {
        let rows = self.0.iter().flat_map(|part| {
            let kept = part.changes.changed_requests.iter().filter(|(before, _)| !is_question(*before));
            kept.map(|(_, request)| {
                let tail = RequestTail::seal(request, part.key()?)?;
                Ok(ChangedRequest { org_id: request.org.to_string(), id: request.id.to_string(), tail })
            })
        });
        rows.collect()
    }

    pub(crate) fn recorded(&self) -> Vec<RecordedCommand> {
        let rows = self.each().flat_map(|(org, changes)| {
            changes.recorded.iter().map(move |(id, recorded)| RecordedCommand {
                id: id.to_string(),
                org_id: org.to_string(),
                seq: recorded.seq,
            })
        });
        rows.collect()
    }

    /// Operations that are suspended now. A row may be there.
    pub(crate) fn suspensions(&self) -> Vec<Suspension> {
        self.suspensions_that(SuspensionChange::Begun)
    }

    /// Operations that are suspended no more. A row may be gone.
    pub(crate) fn lifted(&self) -> Vec<Suspension> {
        self.suspensions_that(SuspensionChange::Lifted)
    }

    fn suspensions_that(&self, change: SuspensionChange) -> Vec<Suspension> {
        let rows = self.each().flat_map(|(org, changes)| {
            let these = changes.suspensions.iter().filter(move |(_, is)| **is == change);
            these.map(move |((mode, operation), _)| Suspension {
                org_id: org.to_string(),
                mode: mode.as_str().to_owned(),
                operation: operation.to_string(),
            })
        });
        rows.collect()
    }

    /// Outcomes that outlive their dispatch and are open now: to insert or replace.
    pub(crate) fn open(&self) -> Vec<OpenOutcome> {
        let open = self.transitions().filter(|(_, request)| is_open(request.state));
        let rows = open.map(|(_, request)| OpenOutcome {
            org_id: request.org.to_string(),
            request_id: request.id.to_string(),
            owner: request.owner.map(|node| node.to_string()),
            state: request.state.as_str().to_owned(),
        });
        rows.collect()
    }

    /// Outcomes that are open no more: organization and request.
    pub(crate) fn closed(&self) -> Vec<(String, String)> {
        let closed =
            self.transitions().filter(|(before, request)| before.is_some_and(is_open) && !is_open(request.state));
        closed.map(|(_, request)| (request.org.to_string(), request.id.to_string())).collect()
    }

    /// Requests to which evidence came late: organization and request. Most of them are in the table already.
    pub(crate) fn flagged(&self) -> Vec<(String, String)> {
        let flagged = self.transitions().filter(|(_, request)| request.flagged);
        flagged.map(|(_, request)| (request.org.to_string(), request.id.to_string())).collect()
    }

    fn each(&self) -> impl Iterator<Item = (OrgId, &Changes)> {
        self.0.iter().map(|part| (part.org, &part.changes))
    }

    // Every changed request with its stored state before; absent where there was no row.
    fn transitions(&self) -> impl Iterator<Item = (Option<RequestState>, &ServiceRequest)> {
        self.each().flat_map(|(_, changes)| {
            let new = changes.new_requests.iter().map(|request| (None, request));
            new.chain(changes.changed_requests.iter().map(|(before, request)| (Some(*before), request)))
        })
    }
}

impl Part {
    fn key(&self) -> Result<&DataKey, StoreError> {
        self.key.as_deref().ok_or_else(|| StoreError::Internal(format!("{} has no data key", self.org)))
    }
}

const fn is_question(before: RequestState) -> bool {
    matches!(before, RequestState::ApprovalRequired)
}

const fn is_open(state: RequestState) -> bool {
    matches!(state, RequestState::Running | RequestState::Unknown)
}
