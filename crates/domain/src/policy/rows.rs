//! The policy rows that an admission reads. They may be cached only under the organization's epoch.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{StopScope, TaskTerms};
use crate::{
    AgentId, CredentialId, DelegationId, Mode, NanoUsd, Timestamp, UserId,
    agent::{AgentStatus, Origin},
    binding::BindingTerms,
    budget::Scope,
    catalog::OperationName,
    identity::CredentialStatus,
    team::{Allocation, Team},
};

/// A key of an agent, as far as an admission asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialPolicy {
    /// The world it opens.
    pub mode: Mode,
    /// Whether it is in force.
    pub status: CredentialStatus,
}

impl CredentialPolicy {
    /// Whether it opens that world at that instant.
    pub fn opens(&self, mode: Mode, now: Timestamp) -> bool {
        self.mode == mode && self.status.is_valid(now)
    }
}

/// Everything about one agent that an admission asks.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentPolicy {
    /// The agent.
    pub id: AgentId,
    /// Whether it may dispatch.
    pub status: AgentStatus,
    /// Who answers for it.
    pub owner: UserId,
    /// Whether it spends from an account of its own (spawned agents do).
    pub own_account: bool,
    /// What it may spend in a month.
    pub month_cap: Option<NanoUsd>,
    /// Whom it descends from, the oldest first.
    pub ancestors: Vec<AgentId>,
    /// Where its own money came from; absent for an agent that a person made.
    pub origin: Option<Origin>,
    /// Its team.
    pub team: Option<Team>,
    /// What its owner holds in that team.
    pub allocation: Option<Allocation>,
    /// What it may use.
    pub bindings: HashMap<OperationName, BindingTerms>,
    /// What opens it.
    pub credentials: HashMap<CredentialId, CredentialPolicy>,
    /// Tasks that it was given and that are open, the oldest first.
    pub tasks: Vec<TaskTerms>,
}

/// Something larger that a request is part of, with a cap of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SpendContext {
    /// A delegated task.
    Delegation(DelegationId),
    /// A run of a workflow.
    Run(Box<str>),
    /// A room.
    Room(Box<str>),
}

impl SpendContext {
    /// The scope under which its usage is kept.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Delegation(task) => Scope::Delegation(*task),
            Self::Run(run) => Scope::Run(run.clone()),
            Self::Room(room) => Scope::Room(room.clone()),
        }
    }
}

/// The policy rows of one organization that a batch needs.
#[derive(Debug, Clone, Default)]
pub struct PolicyRows {
    /// Agents by id, ancestors included. A missing agent does not exist.
    pub agents: HashMap<AgentId, Arc<AgentPolicy>>,
    /// Operations that cost more than their holds too often.
    pub suspended: HashSet<(Mode, OperationName)>,
    /// What a person stopped: all stops of the organization, in the order in which refusals tell them.
    pub stops: BTreeSet<StopScope>,
    /// Caps of runs and rooms that requests name; one that is not here is not open. Delegated tasks are with their agents.
    pub contexts: HashMap<SpendContext, Option<NanoUsd>>,
    /// To whom delegated tasks were given that requests name, where no loaded agent has them open.
    pub given: HashMap<DelegationId, AgentId>,
}
