//! Loads what commands need into snapshots of organizations whose heads this transaction holds, and writes back what changed.
//!
//! For batches and for units of work alike. A unit of work calls [`load`], [`upivia_domain::ledger::apply`] and [`write`] for
//! each command, all with one `clock`: what is loaded already stays as it is, so nothing that was applied is lost.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use upivia_domain::{
    AgentId, OrgId, RequestId, Timestamp,
    budget::{Meter, MeterKey},
    ledger::{Command, Recorded, meters_needed},
    policy::PolicyRows,
    ports::StoreError,
};

use super::{Conn, data_keys, hot, policy};
use crate::{
    connect::Shared,
    ledger::{Changed, PolicySource, Snapshots, Wanted},
    rows::RequestRow,
};

/// How to load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// Whether commands may have been applied before.
    pub(crate) again: bool,
    /// The node's time, the same as `apply` gets.
    pub(crate) clock: Timestamp,
    /// Where rows may come from.
    pub(crate) source: PolicySource,
}

/// What the first round of a batch asked for, and what came back.
pub(crate) struct FirstRound {
    /// What the commands name.
    pub(crate) wanted: Wanted,
    /// Requests that were read.
    pub(crate) requests: Vec<RequestRow>,
    /// Requests that were not read because the cache has them, if it is right about the heads.
    pub(crate) assumed: Vec<(OrgId, RequestId)>,
}

/// Loads all that those commands need.
pub(crate) async fn load(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    commands: &[Arc<Command>],
    how: How,
) -> Result<(), StoreError> {
    let wanted = Wanted::of(commands, how.again);
    let requests = hot::requests(conn, &wanted).await?;
    let round = FirstRound { wanted, requests, assumed: Vec::new() };
    load_with(conn, shared, snapshots, commands, round, how).await.map(drop)
}

/// The same, once the first round is done. Returns the meters that were read from the table.
pub(crate) async fn load_with(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    commands: &[Arc<Command>],
    round: FirstRound,
    how: How,
) -> Result<Vec<(OrgId, MeterKey, Option<Meter>)>, StoreError> {
    load_policies(conn, shared, snapshots, &round.wanted, how.source).await?;
    load_requests(conn, shared, snapshots, round.requests).await?;
    load_assumed(conn, shared, snapshots, round.assumed).await?;
    let meters = unknown_meters(shared, snapshots, commands, how);
    let recorded = recorded_needed(snapshots, commands);
    let (figures, outcomes) = hot::second_round(conn, &meters, &recorded).await?;
    let read: Vec<_> = meters.into_iter().zip(figures).map(|((org, key), meter)| (org, key, meter)).collect();
    for (org, key, meter) in &read {
        if let Some(snapshot) = snapshots.get_mut(org) {
            snapshot.load_meter(key.clone(), *meter);
        }
    }
    for ((org, id), seq) in recorded.into_iter().zip(outcomes) {
        if let (Some(snapshot), Some(seq)) = (snapshots.get_mut(&org), seq) {
            snapshot.load_recorded(id, Recorded { seq });
        }
    }
    Ok(read)
}

/// Writes everything that changed since the last write.
pub(crate) async fn write(conn: &mut Conn, shared: &Shared, snapshots: &mut Snapshots) -> Result<(), StoreError> {
    let changed = changed(conn, shared, snapshots).await?;
    hot::write(conn, &changed).await
}

/// Everything that changed since the last time.
pub(crate) async fn changed(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
) -> Result<Changed, StoreError> {
    let mut keys = data_keys::of(conn, &shared.sealer, snapshots.keys().copied()).await?;
    let mut changed = Changed::default();
    for (org, snapshot) in snapshots {
        changed.add(*org, snapshot.changes(), keys.remove(org));
    }
    Ok(changed)
}

async fn load_policies(
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
            Some(rows) => merge(&mut snapshot.policy, rows),
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
        merge(&mut snapshot.policy, rows);
    }
    Ok(())
}

async fn policy_rows(
    conn: &mut Conn,
    missing: &BTreeMap<OrgId, Vec<AgentId>>,
) -> Result<HashMap<OrgId, PolicyRows>, StoreError> {
    let orgs: Vec<OrgId> = missing.keys().copied().collect();
    let mut suspended = policy::suspended_in(conn, &orgs).await?;
    let agents = policy::agents_of(conn, missing).await?;
    let rows = agents.into_iter().map(|(org, agents)| {
        let agents = agents.into_iter().map(|agent| (agent.id, agent)).collect();
        let suspended = suspended.remove(&org).unwrap_or_default();
        (org, PolicyRows { agents, suspended, ..PolicyRows::default() })
    });
    Ok(rows.collect())
}

// What this transaction suspended itself is in the snapshot only: it stays.
fn merge(policy: &mut PolicyRows, rows: PolicyRows) {
    policy.agents.extend(rows.agents);
    policy.suspended.extend(rows.suspended);
    policy.contexts.extend(rows.contexts);
}

async fn load_requests(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    requests: Vec<RequestRow>,
) -> Result<(), StoreError> {
    if requests.is_empty() {
        return Ok(());
    }
    let keys = data_keys::of(conn, &shared.sealer, snapshots.keys().copied()).await?;
    for row in requests {
        let org: OrgId = crate::rows::parse("requests", "org_id", &row.org_id)?;
        if let (Some(snapshot), Some(key)) = (snapshots.get_mut(&org), keys.get(&org)) {
            snapshot.load_request(row.open(key)?);
        }
    }
    Ok(())
}

// Where the cache was wrong about a head, its requests are read after all.
async fn load_assumed(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    assumed: Vec<(OrgId, RequestId)>,
) -> Result<(), StoreError> {
    let mut by_org: BTreeMap<OrgId, Vec<RequestId>> = BTreeMap::new();
    for (org, id) in assumed {
        by_org.entry(org).or_default().push(id);
    }
    let mut late = Vec::new();
    for (org, ids) in by_org {
        if let Some(snapshot) = snapshots.get_mut(&org) {
            late.extend(shared.rows.load_requests(snapshot, ids).into_iter().map(|id| (org, id)));
        }
    }
    if late.is_empty() {
        return Ok(());
    }
    let requests = hot::requests(conn, &Wanted::of_requests(late)).await?;
    load_requests(conn, shared, snapshots, requests).await
}

/// The meters that the commands need and that are neither loaded nor, where they may be, in the cache.
fn unknown_meters(
    shared: &Shared,
    snapshots: &mut Snapshots,
    commands: &[Arc<Command>],
    how: How,
) -> Vec<(OrgId, MeterKey)> {
    let mut needed: BTreeMap<OrgId, HashSet<MeterKey>> = BTreeMap::new();
    for command in commands {
        if let Some(snapshot) = snapshots.get(&command.org()) {
            let keys = meters_needed(snapshot, command, how.clock).into_iter().filter(|key| !snapshot.has_meter(key));
            needed.entry(command.org()).or_default().extend(keys);
        }
    }
    let mut unknown = Vec::new();
    for (org, keys) in needed {
        let Some(snapshot) = snapshots.get_mut(&org) else { continue };
        let keys = keys.into_iter().collect();
        let rest = match how.source {
            PolicySource::Cache => shared.rows.load_meters(snapshot, keys),
            PolicySource::Rows => keys,
        };
        unknown.extend(rest.into_iter().map(|key| (org, key)));
    }
    unknown
}

/// Commands whose recorded outcome can matter. A settlement asks for its own only where something else ended the request.
fn recorded_needed(snapshots: &Snapshots, commands: &[Arc<Command>]) -> Vec<(OrgId, upivia_domain::CommandId)> {
    let matters = |command: &Command| match command {
        Command::Transfer(_) | Command::Adjust(_) => true,
        Command::Settle(settle) => {
            let request = snapshots.get(&settle.org).and_then(|snapshot| snapshot.request(settle.request));
            request.is_some_and(|request| request.state.is_ended())
        }
        _ => false,
    };
    let needed = commands.iter().filter(|command| {
        snapshots.contains_key(&command.org()) && matches!(command.as_ref(), command if matters(command))
    });
    needed.map(|command| (command.org(), command.id())).collect()
}
