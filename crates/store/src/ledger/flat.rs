//! Everything that a transaction changed, as rows to write.

use upivia_domain::{
    OrgId,
    budget::{Meter, MeterKey},
    dispatch::{RequestState, ServiceRequest},
    ledger::Changes,
    ports::StoreError,
};

use crate::{
    crypto::DataKey,
    rows::{HeadRow, JournalRow, MeterRow, RequestRow, RequestTail},
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

/// Rows of every table that the ledger writes.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    pub(crate) heads: Vec<HeadRow>,
    pub(crate) new_meters: Vec<MeterRow>,
    pub(crate) changed_meters: Vec<MeterRow>,
    pub(crate) new_requests: Vec<RequestRow>,
    pub(crate) changed_requests: Vec<ChangedRequest>,
    pub(crate) journal: Vec<JournalRow>,
    pub(crate) recorded: Vec<RecordedCommand>,
    pub(crate) suspensions: Vec<Suspension>,
    /// Outcomes that are open now: insert or replace.
    pub(crate) open: Vec<OpenOutcome>,
    /// Outcomes that are open no more: organization and request.
    pub(crate) closed: Vec<(String, String)>,
    /// Not to be written: what the meters say once everything is.
    pub(crate) figures: Vec<(OrgId, MeterKey, Meter)>,
}

impl Flat {
    /// Adds what changed in one organization. The key is needed where requests changed.
    pub(crate) fn add(&mut self, org: OrgId, changes: Changes, key: Option<&DataKey>) -> Result<(), StoreError> {
        self.heads.extend(changes.head.as_ref().map(HeadRow::from));
        self.new_meters.extend(changes.new_meters.iter().map(|(key, meter)| MeterRow::new(org, key, *meter)));
        self.changed_meters.extend(changes.changed_meters.iter().map(|(key, meter)| MeterRow::new(org, key, *meter)));
        self.journal.extend(changes.journal.iter().map(JournalRow::from));
        let meters = changes.new_meters.into_iter().chain(changes.changed_meters);
        self.figures.extend(meters.map(|(key, meter)| (org, key, meter)));
        let org_id = org.to_string();
        let recorded = changes.recorded.into_iter();
        self.recorded.extend(recorded.map(|(id, recorded)| RecordedCommand {
            id: id.to_string(),
            org_id: org_id.clone(),
            seq: recorded.seq,
        }));
        let suspensions = changes.suspensions.into_iter();
        self.suspensions.extend(suspensions.map(|(mode, operation)| Suspension {
            org_id: org_id.clone(),
            mode: mode.as_str().to_owned(),
            operation: operation.to_string(),
        }));
        let no_key = || StoreError::Internal(format!("{org} has no data key"));
        for request in &changes.new_requests {
            self.new_requests.push(RequestRow::seal(request, key.ok_or_else(no_key)?)?);
            self.follow(None, request);
        }
        for (before, request) in &changes.changed_requests {
            let tail = RequestTail::seal(request, key.ok_or_else(no_key)?)?;
            self.changed_requests.push(ChangedRequest { org_id: org_id.clone(), id: request.id.to_string(), tail });
            self.follow(Some(*before), request);
        }
        Ok(())
    }

    /// How many rows that is.
    pub(crate) fn rows(&self) -> usize {
        let ledger = self.heads.len() + self.new_meters.len() + self.changed_meters.len() + self.journal.len();
        let requests = self.new_requests.len() + self.changed_requests.len() + self.open.len() + self.closed.len();
        ledger + requests + self.recorded.len() + self.suspensions.len()
    }

    // Keeps the list of requests whose outcome outlives their dispatch.
    fn follow(&mut self, before: Option<RequestState>, request: &ServiceRequest) {
        let (org_id, request_id) = (request.org.to_string(), request.id.to_string());
        if is_open(request.state) {
            let owner = request.owner.map(|node| node.to_string());
            let state = request.state.as_str().to_owned();
            self.open.push(OpenOutcome { org_id, request_id, owner, state });
        } else if before.is_some_and(is_open) {
            self.closed.push((org_id, request_id));
        }
    }
}

const fn is_open(state: RequestState) -> bool {
    matches!(state, RequestState::Running | RequestState::Unknown)
}
