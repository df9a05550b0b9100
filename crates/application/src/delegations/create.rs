//! A new task.
//!
//! An agent's key delegates to the agent itself, to those that descend from it, and to those of its owner or team; people
//! with the permission let any agent delegate to any other. Who works under a cap passes work on to its own descendants
//! only: what they spend counts in its task as well, what others spend would not.

use std::collections::BTreeSet;

use serde_json::json;
use upivia_domain::{
    AgentId, DelegationId, NanoUsd, OrgId,
    agent::Agent,
    audit::Object,
    catalog::OperationName,
    delegation::{DelegatedTask, TaskStatus},
    identity::Permission,
    ports::{Tx, transact},
};

use super::{DelegationError, Delegations, permitted};
use crate::{
    access::{Entry, Initiator, Principal},
    agents::{Selection, checked, selected},
};

/// Every admission of an agent looks at its open tasks.
const MOST_OPEN: usize = 50;
const LONGEST_OBJECTIVE: usize = 10_000;
const LONGEST_NAME: usize = 64;

/// What is asked of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Who is to work on it; absent = the agent that gives it.
    pub child: Option<AgentId>,
    /// What is to be reached.
    pub objective: String,
    /// What may be spent for it; absent = counted, never refused.
    pub cap: Option<NanoUsd>,
    /// Services and operations; absent = whatever the child is bound to.
    pub permissions: Option<Vec<String>>,
    /// The model that is to be used.
    pub model_id: Option<String>,
}

impl Delegations {
    /// Gives a task in the name of an agent. It binds from the next request of the child on.
    ///
    /// # Errors
    ///
    /// See [`DelegationError`]; nothing was written.
    pub async fn create(&self, by: Initiator, parent: AgentId, new: NewTask) -> Result<DelegatedTask, DelegationError> {
        let objective = checked("objective", Some(new.objective), LONGEST_OBJECTIVE)?;
        let objective = objective.ok_or_else(|| DelegationError::invalid("objective", "must not be blank"))?;
        let permissions = new.permissions.map(|names| self.meant(&names)).transpose()?;
        let plan = Plan {
            id: DelegationId::new(self.parts.ids.uuid()),
            parent,
            child: new.child.unwrap_or(parent),
            objective,
            cap: new.cap,
            permissions,
            model_id: checked("model_id", new.model_id, 200)?,
            by,
        };
        let org = plan.by.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(plan.write(tx))).await
    }

    /// The operations of the catalogue that each name stands for.
    fn meant(&self, names: &[String]) -> Result<Vec<Vec<OperationName>>, DelegationError> {
        let meant = |name: &String| {
            let what = match name.parse::<OperationName>() {
                Ok(operation) => Selection::Operation(operation),
                Err(_) => Selection::Service(name.clone()),
            };
            selected(&self.parts.catalog, &what).map_err(|_| {
                let short: String = name.chars().take(LONGEST_NAME).collect();
                DelegationError::invalid("permissions", format!("names {short:?}, which is not in the catalogue"))
            })
        };
        names.iter().map(meant).collect()
    }
}

struct Plan {
    by: Initiator,
    id: DelegationId,
    parent: AgentId,
    child: AgentId,
    objective: String,
    cap: Option<NanoUsd>,
    /// What each name stands for.
    permissions: Option<Vec<Vec<OperationName>>>,
    model_id: Option<String>,
}

impl Plan {
    async fn write(self, tx: &mut dyn Tx) -> Result<DelegatedTask, DelegationError> {
        permitted(tx, &self.by, Permission::DelegationCreate).await?;
        if !self.by.speaks_for(self.parent) {
            return Err(DelegationError::NotFound("agent"));
        }
        let org = self.by.org();
        let (parent, child) = (living(tx, org, self.parent).await?, living(tx, org, self.child).await?);
        if let Principal::Agent(_) = self.by.principal {
            self.within_reach(tx, &parent, &child).await?;
        }
        if tx.delegations().open_of(org, child.id).await?.len() >= MOST_OPEN {
            return Err(DelegationError::TooMany(MOST_OPEN));
        }
        let operations = self.operations(tx).await?;
        self.insert(tx, operations).await
    }

    async fn within_reach(&self, tx: &mut dyn Tx, parent: &Agent, child: &Agent) -> Result<(), DelegationError> {
        let descends = child.id == parent.id || child.ancestors.contains(&parent.id);
        let is_near = child.owner == parent.owner || (child.team.is_some() && child.team == parent.team);
        if !descends && !is_near {
            return Err(DelegationError::OutOfReach(
                "an agent delegates to itself, to agents that descend from it, and to those of its owner or team",
            ));
        }
        if !descends && !tx.delegations().open_of(self.by.org(), parent.id).await?.is_empty() {
            return Err(DelegationError::OutOfReach(
                "an agent that works under a delegated task delegates to its own descendants only: what others spend would \
                 not count in its task",
            ));
        }
        Ok(())
    }

    /// Those of the child's operations that are left to it, each once, in order: a task takes away and never grants.
    async fn operations(&self, tx: &mut dyn Tx) -> Result<Option<Vec<OperationName>>, DelegationError> {
        let Some(permissions) = &self.permissions else { return Ok(None) };
        let bound = tx.bindings().list(self.by.org(), self.child).await?;
        let is_bound = |operation: &&OperationName| bound.iter().any(|binding| binding.operation == **operation);
        let mut left = BTreeSet::new();
        for meant in permissions {
            let usable: Vec<_> = meant.iter().filter(is_bound).cloned().collect();
            if let (true, Some(first)) = (usable.is_empty(), meant.first()) {
                let message = format!("names {first}, which the agent may not use: a task narrows and never grants");
                return Err(DelegationError::invalid("permissions", message));
            }
            left.extend(usable);
        }
        Ok(Some(left.into_iter().collect()))
    }

    async fn insert(
        self,
        tx: &mut dyn Tx,
        operations: Option<Vec<OperationName>>,
    ) -> Result<DelegatedTask, DelegationError> {
        let (now, org) = (tx.now(), self.by.org());
        let seq = self.by.record(tx, self.entry(operations.as_deref())).await?;
        let task = DelegatedTask {
            id: self.id,
            org,
            parent: self.parent,
            child: self.child,
            objective: self.objective,
            cap: self.cap,
            operations,
            model_id: self.model_id,
            status: TaskStatus::Pending,
            result: None,
            seq,
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        tx.delegations().insert(&task).await?;
        Ok(task)
    }

    /// The objective is free text: it stands in the row, never in the chain.
    fn entry(&self, operations: Option<&[OperationName]>) -> Entry {
        let operations: Option<Vec<&str>> = operations.map(|all| all.iter().map(OperationName::as_str).collect());
        Entry {
            kind: "delegation.created",
            object: object(self.id),
            agent: Some(self.parent),
            operation: None,
            detail: json!({
                "parent": self.parent,
                "child": self.child,
                "cap": self.cap.map(NanoUsd::nanos),
                "operations": operations,
                "status": TaskStatus::Pending.as_str(),
            }),
        }
    }
}

pub(super) fn object(task: DelegationId) -> Object {
    Object { kind: "delegated_task", id: task.to_string() }
}

async fn living(tx: &mut dyn Tx, org: OrgId, id: AgentId) -> Result<Agent, DelegationError> {
    let agent = tx.agents().find(org, id).await?;
    let living = agent.filter(|agent| agent.status.is_living());
    living.ok_or(DelegationError::NotFound("agent"))
}
