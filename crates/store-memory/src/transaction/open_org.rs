//! One organization inside a transaction: loads rows, applies commands.

use std::sync::Arc;

use upivia_domain::{
    Timestamp,
    agent::{Agent, AgentKind},
    audit::NewEvent,
    delegation::DelegatedTask,
    identity::{CredentialKind, Organization},
    ledger::{self, Command, Outcome, Reads, Refusal, Snapshot, agent_needed, meters_needed},
    policy::{AgentPolicy, CredentialPolicy, SpendContext},
    ports::StoreError,
};

use crate::{
    locks::OrgLock,
    state::{LedgerTables, OrgRows, PolicyTables},
};

pub(crate) struct OpenOrg {
    /// Held until the changes are written.
    pub(super) lock: OrgLock,
    /// The row, where this transaction made the organization.
    pub(super) created: Option<Arc<Organization>>,
    pub(super) policy: Arc<PolicyTables>,
    pub(super) policy_changed: bool,
    /// Rows beside the policy that no admission reads.
    pub(super) others_changed: bool,
    pub(super) snapshot: Snapshot,
    /// As committed before.
    ledger: Arc<LedgerTables>,
}

impl OpenOrg {
    pub(super) fn new(lock: OrgLock, rows: OrgRows) -> Self {
        let OrgRows { head, policy, ledger, .. } = rows;
        Self {
            lock,
            created: None,
            policy,
            policy_changed: false,
            others_changed: false,
            snapshot: Snapshot::new(head),
            ledger,
        }
    }

    pub(super) fn created(lock: OrgLock, rows: OrgRows) -> Self {
        let created = rows.organization.clone();
        // The epoch of a new head is bumped like that of any other: nobody can have cached anything of it.
        Self { created, policy_changed: true, ..Self::new(lock, rows) }
    }

    pub(super) fn policy_mut(&mut self) -> &mut PolicyTables {
        self.policy_changed = true;
        Arc::make_mut(&mut self.policy)
    }

    pub(super) fn beside_policy(&mut self) -> &mut PolicyTables {
        self.others_changed = true;
        Arc::make_mut(&mut self.policy)
    }

    /// The first round of an admission's reads.
    pub(crate) fn load(&mut self, reads: &Reads) {
        for (mode, operation) in &self.policy.suspended {
            self.snapshot.load_suspension(*mode, operation.clone());
        }
        self.snapshot.load_stops(self.policy.stops.keys().copied().collect());
        for agent in &reads.agents {
            self.load_agent(*agent);
        }
        for context in &reads.contexts {
            self.load_context(context);
        }
        let by_key = reads.keys.iter().filter_map(|key| self.ledger.keys.get(key));
        for id in reads.requests.iter().chain(by_key) {
            if let Some(request) = self.ledger.requests.get(id) {
                self.snapshot.load_request(request.clone());
            }
        }
        for id in &reads.commands {
            if let Some(recorded) = self.ledger.recorded.get(id) {
                self.snapshot.load_recorded(*id, *recorded);
            }
        }
    }

    /// The second round.
    pub(crate) fn load_meters(&mut self, command: &Command, clock: Timestamp) {
        if let Some(agent) = agent_needed(&self.snapshot, command) {
            self.load_agent(agent);
        }
        for key in meters_needed(&self.snapshot, command, clock) {
            let meter = self.ledger.meters.get(&key).copied();
            self.snapshot.load_meter(key, meter);
        }
    }

    pub(crate) fn apply(
        &mut self,
        command: &Command,
        clock: Timestamp,
    ) -> Result<Result<Outcome, Refusal>, StoreError> {
        match ledger::apply(&mut self.snapshot, command, clock) {
            Err(Refusal::Incomplete) => Err(StoreError::Internal(format!("{} lacks a row", command.id()))),
            result => Ok(result),
        }
    }

    pub(crate) fn append(&mut self, event: &NewEvent, now: Timestamp) -> i64 {
        self.snapshot.append(event.draft(), now)
    }

    // Open or over: an agent that has it open does not ask to whom it was given.
    fn load_context(&mut self, context: &SpendContext) {
        if let SpendContext::Delegation(id) = context
            && let Some(task) = self.policy.delegated_tasks.get(id)
        {
            self.snapshot.policy.given.insert(*id, task.child);
        }
    }

    fn load_agent(&mut self, id: upivia_domain::AgentId) {
        let Some(agent) = self.policy.agents.get(&id) else { return };
        let lineage = agent.ancestors.iter().filter_map(|id| self.policy.agents.get(id));
        for one in lineage.chain([agent]) {
            self.snapshot.policy.agents.insert(one.id, Arc::new(policy_of(&self.policy, one)));
        }
    }
}

fn policy_of(policy: &PolicyTables, agent: &Agent) -> AgentPolicy {
    let allocation = agent.team.and_then(|team| policy.allocations.get(&(team, agent.owner)));
    let keys = policy.credentials.values().filter_map(|key| match key.kind {
        CredentialKind::AgentKey { agent: of, mode } if of == agent.id => {
            Some((key.id, CredentialPolicy { mode, status: key.status }))
        }
        _ => None,
    });
    AgentPolicy {
        id: agent.id,
        status: agent.status,
        owner: agent.owner,
        own_account: agent.kind == AgentKind::Spawned,
        month_cap: agent.month_cap,
        ancestors: agent.ancestors.clone(),
        origin: agent.origin.clone(),
        team: agent.team.and_then(|team| policy.teams.get(&team).cloned()),
        allocation: allocation.copied(),
        bindings: policy.bindings_of(agent.id).map(|(operation, terms)| (operation.clone(), *terms)).collect(),
        credentials: keys.collect(),
        tasks: policy.open_tasks(agent.id).map(DelegatedTask::terms).collect(),
    }
}
