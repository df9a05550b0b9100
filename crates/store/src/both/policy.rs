//! Policy rows of agents, their ancestors included, on their way into snapshots.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, DelegationId, Mode, OrgId,
    catalog::OperationName,
    ledger::Snapshot,
    policy::{AgentPolicy, PolicyRows, SpendContext, StopScope},
    ports::StoreError,
};

use super::Conn;
use crate::{
    connect::Shared,
    error::store_error,
    ledger::{PolicySource, Snapshots, Wanted},
    rows::{
        AgentRow, AllocationRow, BindingRow, CredentialRow, PolicyParts, TaskTermsRow, TeamRow, agent_policies, parse,
    },
    schema::{agents, allocations, bindings, credentials, delegated_tasks, stops, suspensions, teams},
};

/// Loads what is known of the wanted agents, the suspended operations, what people stopped, and tasks that are named.
pub(crate) async fn load(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    wanted: &Wanted,
    source: PolicySource,
) -> Result<(), StoreError> {
    load_agents(conn, shared, snapshots, wanted, source).await?;
    load_given(conn, snapshots, wanted).await
}

async fn load_agents(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    wanted: &Wanted,
    source: PolicySource,
) -> Result<(), StoreError> {
    let mut missing: BTreeMap<OrgId, Vec<AgentId>> = BTreeMap::new();
    for (org, reads) in wanted.iter() {
        let Some(snapshot) = snapshots.get_mut(&org) else { continue };
        let cached = match source {
            PolicySource::Cache => shared.policies.find(org, snapshot.head().epoch, &reads.agents),
            PolicySource::Rows => None,
        };
        match cached {
            Some(rows) => merge(snapshot, rows),
            None => drop(missing.insert(org, reads.agents.clone())),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    for (org, rows) in policy_rows(conn, &missing).await? {
        let Some(snapshot) = snapshots.get_mut(&org) else { continue };
        if source == PolicySource::Cache {
            shared.policies.learn(org, snapshot.head().epoch, &rows);
        }
        merge(snapshot, rows);
    }
    Ok(())
}

async fn policy_rows(
    conn: &mut Conn,
    missing: &BTreeMap<OrgId, Vec<AgentId>>,
) -> Result<HashMap<OrgId, PolicyRows>, StoreError> {
    let orgs: Vec<OrgId> = missing.keys().copied().collect();
    let mut suspended = suspended_in(conn, &orgs).await?;
    let mut stopped = stopped_in(conn, &orgs).await?;
    let agents = agents_of(conn, missing).await?;
    let rows = agents.into_iter().map(|(org, agents)| {
        let agents = agents.into_iter().map(|agent| (agent.id, agent)).collect();
        let suspended = suspended.remove(&org).unwrap_or_default();
        let stops = stopped.remove(&org).unwrap_or_default();
        (org, PolicyRows { agents, suspended, stops, ..PolicyRows::default() })
    });
    Ok(rows.collect())
}

// What this transaction suspended or lifted itself is in the snapshot only: it stays.
pub(crate) fn merge(snapshot: &mut Snapshot, rows: PolicyRows) {
    snapshot.policy.agents.extend(rows.agents);
    snapshot.policy.contexts.extend(rows.contexts);
    snapshot.load_stops(rows.stops);
    for (mode, operation) in rows.suspended {
        snapshot.load_suspension(mode, operation);
    }
}

// Policies of agents by organization. An agent that is not there does not exist in that organization.
type Policies = HashMap<OrgId, Vec<Arc<AgentPolicy>>>;
// Operations that cost more than their holds too often, by organization.
type Suspended = HashMap<OrgId, HashSet<(Mode, OperationName)>>;

async fn agents_of(conn: &mut Conn, wanted: &BTreeMap<OrgId, Vec<AgentId>>) -> Result<Policies, StoreError> {
    let parts = parts(conn, wanted).await?;
    let homes =
        parts.agents.iter().map(|row| Ok((parse("agents", "id", &row.id)?, parse("agents", "org_id", &row.org_id)?)));
    let homes: HashMap<AgentId, OrgId> = homes.collect::<Result<_, StoreError>>()?;
    let mut policies: Policies = wanted.keys().map(|org| (*org, Vec::new())).collect();
    for policy in agent_policies(parts)? {
        let home = homes.get(&policy.id).and_then(|org| policies.get_mut(org));
        if let Some(policies) = home {
            policies.push(policy);
        }
    }
    Ok(policies)
}

async fn suspended_in(conn: &mut Conn, orgs: &[OrgId]) -> Result<Suspended, StoreError> {
    let ids: Vec<String> = orgs.iter().map(OrgId::to_string).collect();
    let found: Vec<(String, String, String)> =
        suspensions::table.filter(suspensions::org_id.eq_any(ids)).load(conn).await.map_err(store_error)?;
    let mut suspended: Suspended = orgs.iter().map(|org| (*org, HashSet::new())).collect();
    for (org, mode, operation) in found {
        let entry = (parse("suspensions", "mode", &mode)?, parse("suspensions", "operation", &operation)?);
        suspended.entry(parse("suspensions", "org_id", &org)?).or_default().insert(entry);
    }
    Ok(suspended)
}

async fn stopped_in(conn: &mut Conn, orgs: &[OrgId]) -> Result<HashMap<OrgId, BTreeSet<StopScope>>, StoreError> {
    let ids: Vec<String> = orgs.iter().map(OrgId::to_string).collect();
    let rows = stops::table.filter(stops::org_id.eq_any(ids)).select((stops::org_id, stops::scope));
    let found: Vec<(String, String)> = rows.load(conn).await.map_err(store_error)?;
    let mut stopped: HashMap<OrgId, BTreeSet<StopScope>> = HashMap::new();
    for (org, scope) in found {
        stopped.entry(parse("stops", "org_id", &org)?).or_default().insert(parse("stops", "scope", &scope)?);
    }
    Ok(stopped)
}

async fn parts(conn: &mut Conn, wanted: &BTreeMap<OrgId, Vec<AgentId>>) -> Result<PolicyParts, StoreError> {
    let named: Vec<String> = wanted.values().flatten().map(AgentId::to_string).collect();
    let mut found = agent_rows(conn, named.clone()).await?;
    let known: HashSet<&String> = named.iter().collect();
    let older = found.iter().flat_map(|row| row.ancestors.split(' ')).filter(|id| !id.is_empty()).map(str::to_owned);
    let older: HashSet<String> = older.filter(|id| !known.contains(id)).collect();
    if !older.is_empty() {
        found.extend(agent_rows(conn, older.into_iter().collect()).await?);
    }
    let ids: Vec<String> = found.iter().map(|row| row.id.clone()).collect();
    let team_ids: Vec<String> = found.iter().filter_map(|row| row.team_id.clone()).collect();
    Ok(PolicyParts {
        bindings: binding_rows(conn, ids.clone()).await?,
        credentials: key_rows(conn, ids.clone()).await?,
        tasks: task_rows(conn, ids).await?,
        teams: team_rows(conn, team_ids.clone()).await?,
        allocations: allocation_rows(conn, team_ids).await?,
        agents: found,
    })
}

async fn agent_rows(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<AgentRow>, StoreError> {
    agents::table.filter(agents::id.eq_any(ids)).select(AgentRow::as_select()).load(conn).await.map_err(store_error)
}

async fn binding_rows(conn: &mut Conn, agents: Vec<String>) -> Result<Vec<BindingRow>, StoreError> {
    let rows = bindings::table.filter(bindings::agent_id.eq_any(agents)).select(BindingRow::as_select());
    rows.load(conn).await.map_err(store_error)
}

// A revoked key opens nothing, so it need not be there.
async fn key_rows(conn: &mut Conn, agents: Vec<String>) -> Result<Vec<CredentialRow>, StoreError> {
    let rows = credentials::table.filter(credentials::agent_id.eq_any(agents)).filter(credentials::revoked.eq(false));
    rows.select(CredentialRow::as_select()).load(conn).await.map_err(store_error)
}

async fn task_rows(conn: &mut Conn, agents: Vec<String>) -> Result<Vec<TaskTermsRow>, StoreError> {
    let open = delegated_tasks::ended_at.is_null();
    let rows = delegated_tasks::table.filter(delegated_tasks::child_id.eq_any(agents)).filter(open);
    rows.order(delegated_tasks::id).select(TaskTermsRow::as_select()).load(conn).await.map_err(store_error)
}

/// To whom tasks were given that commands name and that no loaded agent has open: those that are over, and those of others.
/// Delegated tasks that are named and that no loaded agent has open: whose they are is asked of the table.
pub(crate) fn unknown_tasks(snapshots: &Snapshots, wanted: &Wanted) -> Vec<String> {
    let mut unknown: Vec<String> = Vec::new();
    for (org, reads) in wanted.iter().filter(|(_, reads)| !reads.contexts.is_empty()) {
        let Some(snapshot) = snapshots.get(&org) else { continue };
        let is_open = |task: &DelegationId| {
            snapshot.policy.agents.values().any(|agent| agent.tasks.iter().any(|one| one.id == *task))
        };
        let named = reads.contexts.iter().filter_map(|context| match context {
            SpendContext::Delegation(task) => Some(*task),
            SpendContext::Run(_) | SpendContext::Room(_) => None,
        });
        unknown.extend(named.filter(|task| !is_open(task)).map(|task| task.to_string()));
    }
    unknown
}

async fn load_given(conn: &mut Conn, snapshots: &mut Snapshots, wanted: &Wanted) -> Result<(), StoreError> {
    let unknown = unknown_tasks(snapshots, wanted);
    if unknown.is_empty() {
        return Ok(());
    }
    let rows = delegated_tasks::table.filter(delegated_tasks::id.eq_any(unknown));
    let rows = rows.select((delegated_tasks::org_id, delegated_tasks::id, delegated_tasks::child_id));
    let rows: Vec<(String, String, String)> = rows.load(conn).await.map_err(store_error)?;
    for (org, id, child) in rows {
        let org: OrgId = parse("delegated_tasks", "org_id", &org)?;
        if let Some(snapshot) = snapshots.get_mut(&org) {
            let id = parse("delegated_tasks", "id", &id)?;
            snapshot.policy.given.insert(id, parse("delegated_tasks", "child_id", &child)?);
        }
    }
    Ok(())
}

async fn team_rows(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<TeamRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    teams::table.filter(teams::id.eq_any(ids)).select(TeamRow::as_select()).load(conn).await.map_err(store_error)
}

async fn allocation_rows(conn: &mut Conn, teams: Vec<String>) -> Result<Vec<AllocationRow>, StoreError> {
    if teams.is_empty() {
        return Ok(Vec::new());
    }
    let rows = allocations::table.filter(allocations::team_id.eq_any(teams)).select(AllocationRow::as_select());
    rows.load(conn).await.map_err(store_error)
}
