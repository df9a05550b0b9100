//! The commit: first every constraint is checked, then everything is written. Nothing can fail in between.

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    budget::{Meter, MeterKey},
    identity::{LinkedIdentity, Organization, User},
    ledger::{Changes, SuspensionChange},
    ports::StoreError,
};

use super::{OpenOrg, Transaction};
use crate::{
    locks::OrgLock,
    queries::webhooks::check as check_reading,
    state::{LedgerTables, MailRow, OrgRows, PolicyTables, State},
};

/// What one organization gets.
struct Write {
    org: OrgId,
    created: Option<Arc<Organization>>,
    policy: Option<Arc<PolicyTables>>,
    changes: Changes,
}

impl Transaction {
    /// Writes everything, or fails and writes nothing.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let (writes, _locks): (Vec<_>, Vec<_>) = self.orgs.into_iter().map(|(org, open)| open.into_write(org)).unzip();
        let mut state = self.shared.state();
        check(&state, &writes, &self.new_users)?;
        for reading in &self.readings {
            // Whoever was faster did it without the organization.
            require(state.is_next(reading), "journal_cursors: the journal was read by somebody else")?;
            check_reading(&state, reading)?;
        }
        for user in self.new_users {
            state.emails.insert(user.email.clone(), user.id);
            state.users.insert(user.id, user);
        }
        state.platform_admins.extend(self.new_platform_admins);
        state.sign_ins.extend(self.sign_ins);
        let is_gone = |one: &LinkedIdentity| self.unlinked.iter().any(|(issuer, user)| one.is_of(issuer, *user));
        state.identities.retain(|one| !is_gone(one));
        state.identities.extend(self.new_identities);
        self.readings.iter().for_each(|reading| state.write_reading(reading));
        for (id, delivery) in self.deliveries {
            match delivery {
                Some(delivery) => drop(state.deliveries.insert(id, delivery)),
                None => drop(state.deliveries.remove(&id)),
            }
        }

        for (user, suspension) in self.suspensions {
            match suspension {
                Some(begun) => state.suspensions.insert(user, begun),
                None => state.suspensions.remove(&user),
            };
        }
        for (token, scope) in self.scopes {
            state.token_details.entry(token).or_default().scope = Some(scope);
        }
        state.names.extend(self.names);
        for (user, reset) in self.resets {
            match reset {
                Some(reset) => drop(state.resets.insert(user, reset)),
                None => drop(state.resets.remove(&user)),
            }
        }
        state.mails.extend(self.new_mails.into_iter().map(|mail| (mail.id, MailRow::from(mail))));
        writes.into_iter().for_each(|one| write(&mut state, one));
        drop(state);
        if self.shared.faults.loses_commit_answer() {
            return Err(StoreError::CommitUnknown("a test made it so".to_owned()));
        }
        Ok(())
    }
}

impl OpenOrg {
    // The tables that it loaded from are let go here: then the write need not copy them.
    fn into_write(mut self, org: OrgId) -> (Write, OrgLock) {
        if self.policy_changed {
            self.snapshot.bump_epoch();
        }
        let changes = self.snapshot.changes();
        let policy = (self.policy_changed || self.others_changed).then_some(self.policy);
        (Write { org, created: self.created, policy, changes }, self.lock)
    }
}

fn check(state: &State, writes: &[Write], users: &[User]) -> Result<(), StoreError> {
    require(users.iter().all(|user| !state.emails.contains_key(&user.email)), "users: the address exists")?;
    require(users.iter().all(|user| !state.users.contains_key(&user.id)), "users: the id exists")?;
    for write in writes {
        check_policy(state, write)?;
        let none = LedgerTables::default();
        let ledger = state.orgs.get(&write.org).map_or(&none, |rows| &rows.ledger);
        check_ledger(ledger, &write.changes)?;
    }
    Ok(())
}

fn check_policy(state: &State, write: &Write) -> Result<(), StoreError> {
    let mut credentials = write.policy.iter().flat_map(|policy| policy.credentials.values());
    // A token may come from another organization: it is the same one by its id.
    let unique = credentials.all(|one| state.hashes.get(&one.hash).is_none_or(|(_, id)| *id == one.id));
    require(unique, "credentials: the hash exists")
}

fn check_ledger(ledger: &LedgerTables, changes: &Changes) -> Result<(), StoreError> {
    let news = &changes.new_requests;
    require(news.iter().all(|request| !ledger.requests.contains_key(&request.id)), "requests: the id exists")?;
    let mut keys = news.iter().filter_map(|one| Some((one.agent, one.mode, one.idempotency_key.clone()?)));
    require(keys.all(|key| !ledger.keys.contains_key(&key)), "requests: the idempotency key exists")?;
    let mut changed = changes.changed_requests.iter();
    let as_before = changed.all(|(before, one)| ledger.requests.get(&one.id).is_some_and(|row| row.state == *before));
    require(as_before, "requests: the row is not as it was read")?;
    require(changes.recorded.iter().all(|(id, _)| !ledger.recorded.contains_key(id)), "commands: the id exists")?;
    let mut meters = changes.new_meters.iter().chain(&changes.changed_meters);
    require(meters.all(|(key, meter)| is_possible(key, meter)), "meters: more is held or taken than there is")?;
    let next = i64::try_from(ledger.journal.len()).unwrap_or_default() + 1;
    require(changes.journal.first().is_none_or(|event| event.seq == next), "journal: the place is taken")?;
    let debts = changes.head.iter().flat_map(|head| [head.debt_live, head.debt_test]);
    require(debts.into_iter().all(|debt| !debt.is_negative()), "heads: a debt below zero")
}

fn is_possible(key: &MeterKey, meter: &Meter) -> bool {
    let covered = !matches!(key, MeterKey::Account(..)) || meter.posted >= meter.held;
    covered && !meter.held.is_negative() && meter.count >= 0
}

fn require(holds: bool, constraint: &str) -> Result<(), StoreError> {
    if holds { Ok(()) } else { Err(StoreError::Constraint(constraint.to_owned())) }
}

fn write(state: &mut State, write: Write) {
    let Write { org, created, policy, changes } = write;
    if let (Some(created), Some(head)) = (created, &changes.head) {
        state.orgs.insert(org, OrgRows::new(Some(created), head.clone()));
    }
    let Some(rows) = state.orgs.get_mut(&org) else { return };
    if let Some(policy) = policy {
        let kept = |owner: &(OrgId, _)| owner.0 != org || policy.credentials.contains_key(&owner.1);
        state.hashes.retain(|_, owner| kept(owner));
        let hashes = policy.credentials.values().map(|one| (one.hash, (org, one.id)));
        state.hashes.extend(hashes);
        rows.policy = policy;
    }
    if let Some(head) = changes.head.clone() {
        rows.head = head;
    }
    write_ledger(rows, changes);
}

fn write_ledger(rows: &mut OrgRows, changes: Changes) {
    if !changes.suspensions.is_empty() {
        let suspended = &mut Arc::make_mut(&mut rows.policy).suspended;
        for (suspension, change) in changes.suspensions {
            match change {
                SuspensionChange::Begun => suspended.insert(suspension),
                SuspensionChange::Lifted => suspended.remove(&suspension),
            };
        }
    }
    let ledger = Arc::make_mut(&mut rows.ledger);
    ledger.meters.extend(changes.new_meters.into_iter().chain(changes.changed_meters));
    for request in changes.new_requests {
        if let Some(key) = request.idempotency_key.clone() {
            ledger.keys.insert((request.agent, request.mode, key), request.id);
        }
        ledger.requests.insert(request.id, request);
    }
    ledger.requests.extend(changes.changed_requests.into_iter().map(|(_, request)| (request.id, request)));
    ledger.journal.extend(changes.journal);
    ledger.recorded.extend(changes.recorded);
    ledger.approvals.extend(changes.approvals.into_iter().map(|approval| (approval.id, approval)));
}
