//! Tasks with what was spent for them.

use std::collections::BTreeMap;

use upivia_domain::{
    AgentId, DelegationId, Mode, OrgId,
    budget::{AccountOwner, Meter, MeterKey, Period, Scope, Window},
    delegation::{DelegatedTask, Side, TaskStatus},
    ports::TaskFilter,
};

use super::{DelegationError, Delegations};
use crate::access::Principal;

/// The most that a list shows.
const MOST: u32 = 100;
/// The most that an overview shows.
const OVERVIEW: u32 = 20;

/// A task, and how its cap stands in one mode.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskView {
    /// The task.
    pub task: DelegatedTask,
    /// The world of money.
    pub mode: Mode,
    /// Spent (`posted`) and held by open requests (`held`).
    pub spent: Meter,
}

/// Which tasks of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskList {
    /// On which side the agent stands.
    pub side: Side,
    /// Only with this status.
    pub status: Option<TaskStatus>,
    /// Whose figures; absent: the key's mode, else live, or test as long as there never was live money.
    pub mode: Option<Mode>,
}

impl Delegations {
    /// The tasks that an agent gave or was given, the newest first. An agent sees its own.
    ///
    /// # Errors
    ///
    /// [`DelegationError::NotFound`] for an agent of somebody else; [`DelegationError::Unavailable`].
    pub async fn list(
        &self,
        caller: &Principal,
        agent: AgentId,
        list: TaskList,
    ) -> Result<Vec<TaskView>, DelegationError> {
        let org = caller.org();
        own(caller, agent, "agent")?;
        self.parts.agents.agent(org, agent).await?.ok_or(DelegationError::NotFound("agent"))?;
        let filter = match list.side {
            Side::Parent => TaskFilter { parent: Some(agent), status: list.status, ..TaskFilter::default() },
            Side::Child => TaskFilter { child: Some(agent), status: list.status, ..TaskFilter::default() },
        };
        let mode = self.mode(caller, list.mode).await?;
        let mut views = Vec::new();
        for task in self.parts.tasks.delegated_tasks(org, &filter, MOST).await? {
            views.push(self.view(task, mode).await?);
        }
        Ok(views)
    }

    /// The newest tasks that an agent gave or was given, for an overview of it.
    ///
    /// # Errors
    ///
    /// [`DelegationError::Unavailable`].
    pub async fn around(&self, caller: &Principal, agent: AgentId) -> Result<Vec<TaskView>, DelegationError> {
        let sides = [
            TaskFilter { parent: Some(agent), ..TaskFilter::default() },
            TaskFilter { child: Some(agent), ..TaskFilter::default() },
        ];
        let mut tasks = BTreeMap::new();
        for side in sides {
            let found = self.parts.tasks.delegated_tasks(caller.org(), &side, OVERVIEW).await?;
            tasks.extend(found.into_iter().map(|task| (task.id, task)));
        }
        let mode = self.mode(caller, None).await?;
        let mut views = Vec::new();
        // Ids are in the order of birth.
        for task in tasks.into_values().rev().take(usize::try_from(OVERVIEW).unwrap_or_default()) {
            views.push(self.view(task, mode).await?);
        }
        Ok(views)
    }

    /// A task of an agent that gave it or was given it.
    ///
    /// # Errors
    ///
    /// [`DelegationError::NotFound`], [`DelegationError::Unavailable`].
    pub async fn find(
        &self,
        caller: &Principal,
        agent: Option<AgentId>,
        id: DelegationId,
        mode: Option<Mode>,
    ) -> Result<TaskView, DelegationError> {
        let found = self.parts.tasks.delegated_task(caller.org(), id).await?;
        let task = found.filter(|task| agent.is_none_or(|agent| task.involves(agent)));
        let task = task.ok_or(DelegationError::NotFound("delegated task"))?;
        if let Principal::Agent(one) = caller
            && !task.involves(one.agent)
        {
            return Err(DelegationError::NotFound("delegated task"));
        }
        let mode = self.mode(caller, mode).await?;
        self.view(task, mode).await
    }

    /// The same task with its figures, for whoever has just changed it.
    ///
    /// # Errors
    ///
    /// [`DelegationError::Unavailable`].
    pub async fn shown(&self, caller: &Principal, task: DelegatedTask) -> Result<TaskView, DelegationError> {
        let mode = self.mode(caller, None).await?;
        self.view(task, mode).await
    }

    async fn view(&self, task: DelegatedTask, mode: Mode) -> Result<TaskView, DelegationError> {
        let window = Window { scope: Scope::Delegation(task.id), period: Period::Life };
        let spent = self.parts.ledger.meter(task.org, &MeterKey::Window(mode, window)).await?;
        Ok(TaskView { task, mode, spent: spent.unwrap_or_default() })
    }

    async fn mode(&self, caller: &Principal, mode: Option<Mode>) -> Result<Mode, DelegationError> {
        let key = if let Principal::Agent(caller) = caller { Some(caller.mode) } else { None };
        match mode.or(key) {
            Some(mode) => Ok(mode),
            None => self.default_mode(caller.org()).await,
        }
    }

    async fn default_mode(&self, org: OrgId) -> Result<Mode, DelegationError> {
        let wallet = MeterKey::Account(Mode::Live, AccountOwner::Wallet);
        let had_live = self.parts.ledger.meter(org, &wallet).await?.is_some();
        Ok(if had_live { Mode::Live } else { Mode::Test })
    }
}

fn own(caller: &Principal, agent: AgentId, what: &'static str) -> Result<(), DelegationError> {
    match caller {
        Principal::Agent(caller) if caller.agent != agent => Err(DelegationError::NotFound(what)),
        Principal::Agent(_) | Principal::User(_) => Ok(()),
    }
}
