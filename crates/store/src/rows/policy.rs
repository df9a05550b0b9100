//! What an admission asks about agents, put together from the rows of six tables.

use std::{collections::HashMap, sync::Arc};

use upivia_domain::{
    AgentId, TeamId, UserId,
    agent::AgentKind,
    binding::Binding,
    identity::CredentialKind,
    policy::{AgentPolicy, CredentialPolicy},
    ports::StoreError,
    team::{Allocation, Team},
};

use super::{
    AgentRow, AllocationRow, BindingRow, CredentialRow, TaskTermsRow, TeamRow,
    text::{parse, parse_opt},
};

/// The rows of some agents of one organization and of everything that belongs to them.
#[derive(Debug, Default)]
pub(crate) struct PolicyParts {
    pub(crate) agents: Vec<AgentRow>,
    pub(crate) bindings: Vec<BindingRow>,
    pub(crate) credentials: Vec<CredentialRow>,
    pub(crate) teams: Vec<TeamRow>,
    pub(crate) allocations: Vec<AllocationRow>,
    /// Open ones only, the oldest first.
    pub(crate) tasks: Vec<TaskTermsRow>,
}

/// One policy per agent.
pub(crate) fn agent_policies(parts: PolicyParts) -> Result<Vec<Arc<AgentPolicy>>, StoreError> {
    let teams = parts.teams.into_iter().map(|row| Team::try_from(row).map(|team| (team.id, team)));
    let teams: HashMap<TeamId, Team> = teams.collect::<Result<_, _>>()?;
    let allocations = parts
        .allocations
        .into_iter()
        .map(|row| Allocation::try_from(row).map(|allocation| ((allocation.team, allocation.user), allocation)));
    let allocations: HashMap<(TeamId, UserId), Allocation> = allocations.collect::<Result<_, _>>()?;
    let agents = parts.agents.iter().map(|row| agent(row, &teams, &allocations).map(|agent| (agent.id, agent)));
    let mut agents: HashMap<AgentId, AgentPolicy> = agents.collect::<Result<_, _>>()?;
    for row in parts.bindings {
        let binding = Binding::try_from(row)?;
        if let Some(agent) = agents.get_mut(&binding.agent) {
            agent.bindings.insert(binding.operation, binding.terms);
        }
    }
    for row in &parts.credentials {
        add_credential(&mut agents, row)?;
    }
    for row in parts.tasks {
        let child: AgentId = parse("delegated_tasks", "child_id", &row.child_id)?;
        if let Some(agent) = agents.get_mut(&child) {
            agent.tasks.push(row.try_into()?);
        }
    }
    Ok(agents.into_values().map(Arc::new).collect())
}

fn agent(
    row: &AgentRow,
    teams: &HashMap<TeamId, Team>,
    allocations: &HashMap<(TeamId, UserId), Allocation>,
) -> Result<AgentPolicy, StoreError> {
    let owner: UserId = parse("agents", "owner_id", &row.owner_id)?;
    let team: Option<TeamId> = parse_opt("agents", "team_id", row.team_id.as_deref())?;
    let kind: AgentKind = parse("agents", "kind", &row.kind)?;
    Ok(AgentPolicy {
        id: parse("agents", "id", &row.id)?,
        status: parse("agents", "status", &row.status)?,
        owner,
        own_account: kind == AgentKind::Spawned,
        month_cap: row.month_cap.map(upivia_domain::NanoUsd::from_nanos),
        ancestors: row.ancestor_ids()?,
        origin: parse_opt("agents", "origin", row.origin.as_deref())?,
        team: team.and_then(|team| teams.get(&team).cloned()),
        allocation: team.and_then(|team| allocations.get(&(team, owner)).copied()),
        bindings: HashMap::new(),
        credentials: HashMap::new(),
        tasks: Vec::new(),
    })
}

fn add_credential(agents: &mut HashMap<AgentId, AgentPolicy>, row: &CredentialRow) -> Result<(), StoreError> {
    if let CredentialKind::AgentKey { agent, mode } = row.kind()?
        && let Some(agent) = agents.get_mut(&agent)
    {
        let policy = CredentialPolicy { mode, status: row.status() };
        agent.credentials.insert(parse("credentials", "id", &row.id)?, policy);
    }
    Ok(())
}
