//! The open transaction: the organizations it holds, the time it is, and whether anything failed.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use diesel::QueryResult;
use upivia_domain::{
    OrgId, Timestamp,
    ledger::{OrgHead, Snapshot},
    ports::StoreError,
};

use super::{Conn, data_keys};
use crate::{connect::Shared, crypto::DataKey, error::store_error, ledger::Snapshots};

/// Open until it is committed or rolled back by whoever owns the connection.
pub(crate) struct OpenTx<'c> {
    conn: &'c mut Conn,
    shared: Arc<Shared>,
    clock: Timestamp,
    time: Timestamp,
    deadline: Instant,
    /// The organizations whose heads are held.
    held: Snapshots,
    policy_changed: BTreeSet<OrgId>,
    created: Vec<OrgId>,
    failed: Option<StoreError>,
}

impl<'c> OpenTx<'c> {
    /// Over heads that this connection has locked.
    pub(super) fn new(conn: &'c mut Conn, shared: Arc<Shared>, heads: Vec<OrgHead>, deadline: Instant) -> Self {
        let clock = shared.clock.now();
        let time = heads.iter().map(|head| head.last_now).fold(clock, Timestamp::max);
        let held = heads.into_iter().map(|head| (head.org, Snapshot::new(head))).collect();
        let (policy_changed, created) = (BTreeSet::new(), Vec::new());
        Self { conn, shared, clock, time, deadline, held, policy_changed, created, failed: None }
    }

    /// What the node's clock said when the transaction began.
    pub(super) const fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The same, but never before the last time of any held organization.
    pub(crate) const fn time(&self) -> Timestamp {
        self.time
    }

    /// Keys and caches.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The connection, for one statement more. After a failure and after the deadline there is none.
    pub(crate) fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        self.check()?;
        Ok(self.conn)
    }

    /// The key under which the organization's texts are sealed.
    pub(crate) async fn data_key(&mut self, org: OrgId) -> Result<Arc<DataKey>, StoreError> {
        self.check()?;
        let keys = data_keys::of(self.conn, &self.shared.sealer, [org]).await;
        let missing = || StoreError::Internal(format!("{org} has no data key"));
        let key = keys.and_then(|mut keys| keys.remove(&org).ok_or_else(missing));
        self.remember(key)
    }

    /// The connection, for a statement that changes policy rows of the organization.
    pub(crate) fn changing(&mut self, org: OrgId) -> Result<&mut Conn, StoreError> {
        // What was read before is stale now; the next command reads again. What a command suspended stays.
        let policy = &mut self.held(org)?.policy;
        policy.agents.clear();
        policy.contexts.clear();
        policy.given.clear();
        self.policy_changed.insert(org);
        self.conn()
    }

    /// Refuses to write rows of an organization whose head is not held.
    pub(crate) fn require_held(&mut self, org: OrgId) -> Result<(), StoreError> {
        self.held(org).map(drop)
    }

    /// The head of an organization that this transaction holds.
    pub(crate) fn head(&mut self, org: OrgId) -> Result<&OrgHead, StoreError> {
        self.held(org).map(|snapshot| snapshot.head())
    }

    /// The same, to change it.
    pub(crate) fn head_mut(&mut self, org: OrgId) -> Result<&mut OrgHead, StoreError> {
        self.held(org).map(Snapshot::head_mut)
    }

    pub(super) fn holds(&self, org: OrgId) -> bool {
        self.held.contains_key(&org)
    }

    pub(super) fn held(&mut self, org: OrgId) -> Result<&mut Snapshot, StoreError> {
        if !self.holds(org) {
            self.remember(Err(not_held(org)))?;
        }
        self.held.get_mut(&org).ok_or_else(|| not_held(org))
    }

    /// From now on this transaction holds the organization that it made.
    pub(crate) fn hold_created(&mut self, head: OrgHead) {
        self.created.push(head.org);
        self.policy_changed.insert(head.org);
        self.held.insert(head.org, Snapshot::new(head));
    }

    /// The organizations that it made.
    pub(super) fn created(&self) -> &[OrgId] {
        &self.created
    }

    /// The result of a statement.
    pub(crate) fn note<T>(&mut self, result: QueryResult<T>) -> Result<T, StoreError> {
        self.remember(result.map_err(store_error))
    }

    /// After a failure nothing is committed, even if the use-case overlooks it: one database has undone the statement, the
    /// other has given the transaction up.
    pub(crate) fn remember<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failed.get_or_insert_with(|| error.clone());
        }
        result
    }

    /// What loading and writing need.
    pub(super) fn parts(&mut self) -> (&mut Conn, &Shared, &mut Snapshots) {
        (self.conn, &self.shared, &mut self.held)
    }

    /// Cached policy rows of the organizations that changed are stale from the commit on.
    pub(super) fn bump_epochs(&mut self) {
        for org in &self.policy_changed {
            if let Some(snapshot) = self.held.get_mut(org) {
                snapshot.bump_epoch();
            }
        }
    }

    /// Whether the transaction may go on.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None if Instant::now() >= self.deadline => Err(too_long()),
            None => Ok(()),
        }
    }
}

fn not_held(org: OrgId) -> StoreError {
    StoreError::Internal(format!("the transaction does not hold {org}"))
}

/// A use-case that holds organizations for too long is a defect.
pub(super) fn too_long() -> StoreError {
    StoreError::Internal("a unit of work took too long".to_owned())
}
