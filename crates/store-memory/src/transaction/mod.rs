//! One transaction: the organizations it holds, and what it has changed so far. Dropped without a commit it leaves nothing.

mod agent_requests;
mod agents;
mod budget_requests;
mod commit;
mod credentials;
mod delegations;
mod late_evidence;
mod links;
mod open_org;
mod people;
mod promos;
mod publishing;
mod roles;
mod skills;
mod stops;
mod teams;
mod webhooks;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use upivia_domain::{
    CredentialId, OrgId, Timestamp, UserId, WebhookDeliveryId,
    identity::{LinkedIdentity, Name, Organization, PasswordReset, PermissionSet, SignIn, User, UserSuspension},
    ledger::{Command, OrgHead, Outcome, Reads, Refusal},
    mail::NewMail,
    ports::{Reading, StoreError},
    webhook::Delivery,
};

use crate::{
    locks::OrgLock,
    state::{OrgRows, PolicyTables},
    store::Shared,
};
use open_org::OpenOrg;

/// Open, until it is committed or dropped.
pub(crate) struct Transaction {
    shared: Arc<Shared>,
    clock: Timestamp,
    time: Timestamp,
    orgs: BTreeMap<OrgId, OpenOrg>,
    new_users: Vec<User>,
    new_platform_admins: Vec<UserId>,
    sign_ins: HashMap<UserId, SignIn>,
    new_identities: Vec<LinkedIdentity>,
    /// Issuers and persons.
    unlinked: Vec<(String, UserId)>,
    /// Deliveries that it changed; `None` = removed.
    deliveries: BTreeMap<WebhookDeliveryId, Option<Delivery>>,
    /// Pieces of journals that it read.
    readings: Vec<Reading>,
    /// Begun, or with `None` lifted.
    suspensions: HashMap<UserId, Option<UserSuspension>>,
    scopes: HashMap<CredentialId, PermissionSet>,
    names: HashMap<UserId, Name>,
    /// `None` where a link was removed.
    resets: HashMap<UserId, Option<PasswordReset>>,
    new_mails: Vec<NewMail>,
    failed: Option<StoreError>,
}

impl Transaction {
    /// Over the organizations that are locked. `clock` is asked after the locks were taken.
    pub(crate) fn begin(shared: Arc<Shared>, locks: BTreeMap<OrgId, OrgLock>, clock: Timestamp) -> Self {
        let state = shared.state();
        let rows = |(org, lock)| Some((org, OpenOrg::new(lock, state.orgs.get(&org)?.clone())));
        let orgs: BTreeMap<_, _> = locks.into_iter().filter_map(rows).collect();
        drop(state);
        let time = orgs.values().map(|open| open.snapshot.head().last_now).fold(clock, Timestamp::max);
        Self {
            shared,
            clock,
            time,
            orgs,
            new_identities: Vec::new(),
            unlinked: Vec::new(),
            deliveries: BTreeMap::new(),
            readings: Vec::new(),
            suspensions: HashMap::new(),
            scopes: HashMap::new(),
            new_users: Vec::new(),
            new_platform_admins: Vec::new(),
            sign_ins: HashMap::new(),
            names: HashMap::new(),
            resets: HashMap::new(),
            new_mails: Vec::new(),
            failed: None,
        }
    }

    /// What the node's clock said when the transaction began.
    pub(crate) const fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The same, but never before the last time of any of its organizations.
    pub(crate) const fn time(&self) -> Timestamp {
        self.time
    }

    pub(crate) fn holds(&self, org: OrgId) -> bool {
        self.orgs.contains_key(&org)
    }

    /// An organization that it holds.
    pub(crate) fn open(&mut self, org: OrgId) -> Result<&mut OpenOrg, StoreError> {
        let missing = || StoreError::Internal(format!("the transaction does not hold {org}"));
        self.orgs.get_mut(&org).ok_or_else(missing)
    }

    /// A command on its own, which may have been applied before.
    pub(crate) fn apply_one(&mut self, command: &Command) -> Result<Result<Outcome, Refusal>, StoreError> {
        let (clock, org) = (self.clock, command.org());
        if !self.holds(org) && !self.shared.state().orgs.contains_key(&org) {
            return Ok(Err(Refusal::NotFound("organization")));
        }
        let open = self.open(org)?;
        let mut reads = Reads::default();
        command.reads(&mut reads, true);
        open.load(&reads);
        open.load_meters(command, clock);
        open.apply(command, clock)
    }

    /// After a failure nothing is committed, even if the use-case overlooks it.
    pub(crate) fn remember<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failed.get_or_insert_with(|| error.clone());
        }
        result
    }

    fn create(&mut self, organization: &Organization) -> Result<(), StoreError> {
        let id = organization.id;
        let exists = || StoreError::Constraint("organizations: the id exists".to_owned());
        let lock = self.shared.locks.take(id).ok_or_else(exists)?;
        if self.shared.state().orgs.contains_key(&id) {
            return Err(exists());
        }
        let head = OrgHead::new(id, organization.calendar, self.time);
        let rows = OrgRows::new(Some(Arc::new(organization.clone())), head);
        self.orgs.insert(id, OpenOrg::created(lock, rows));
        Ok(())
    }

    /// What the transaction sees of an organization: its own changes, or the committed rows.
    fn see<T>(&self, org: OrgId, look: impl FnOnce(&PolicyTables) -> T) -> Option<T> {
        if let Some(open) = self.orgs.get(&org) {
            return Some(look(&open.policy));
        }
        self.shared.state().orgs.get(&org).map(|rows| look(&rows.policy))
    }

    /// A change of rows that no admission reads: the epoch stays.
    fn change_beside<T>(
        &mut self,
        org: OrgId,
        change: impl FnOnce(&mut PolicyTables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = self.open(org).and_then(|open| change(open.beside_policy()));
        self.remember(result)
    }

    fn change<T>(
        &mut self,
        org: OrgId,
        change: impl FnOnce(&mut PolicyTables) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = self.open(org).and_then(|open| change(open.policy_mut()));
        self.remember(result)
    }
}
