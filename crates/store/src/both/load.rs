//! Loads what commands need into snapshots of organizations whose heads this transaction holds, and writes back what changed.
//!
//! For batches and for units of work alike. A unit of work calls [`load`], [`upivia_domain::ledger::apply`] and [`write`] for
//! each command, all with one `clock`: what is loaded already stays as it is, so nothing that was applied is lost.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use upivia_domain::{
    AgentId, OrgId, Timestamp,
    budget::{Meter, MeterKey},
    ledger::{Command, Recorded, meters_needed},
    policy::PolicyRows,
    ports::StoreError,
};

use super::{Conn, data_keys, hot, policy};
use crate::{
    connect::Shared,
    ledger::{Flat, PolicySource, Snapshots, Wanted},
    rows::RequestRow,
};

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
    load_with(conn, shared, snapshots, commands, (&wanted, requests), how).await.map(drop)
}

/// How to load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// Whether commands may have been applied before.
    pub(crate) again: bool,
    /// The node's time, the same as `apply` gets.
    pub(crate) clock: Timestamp,
    /// Where policy rows and meters may come from.
    pub(crate) source: PolicySource,
}

/// The same, once the requests of the first round are there. Returns the meters that were read from the table.
pub(crate) async fn load_with(
    conn: &mut Conn,
    shared: &Shared,
    snapshots: &mut Snapshots,
    commands: &[Arc<Command>],
    (wanted, requests): (&Wanted, Vec<RequestRow>),
    how: How,
) -> Result<Vec<(OrgId, MeterKey, Option<Meter>)>, StoreError> {
    load_policies(conn, shared, snapshots, wanted, how.source).await?;
    load_requests(conn, shared, snapshots, requests).await?;
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

/// Writes everything that changed since the last write. Returns how many rows that were.
pub(crate) async fn write(conn: &mut Conn, shared: &Shared, snapshots: &mut Snapshots) -> Result<usize, StoreError> {
    let flat = flatten(conn, shared, snapshots).await?;
    let written = flat.rows();
    if written > 0 {
        hot::write(conn, flat).await?;
    }
    Ok(written)
}

/// Everything that changed since the last time, as rows.
pub(crate) async fn flatten(conn: &mut Conn, shared: &Shared, snapshots: &mut Snapshots) -> Result<Flat, StoreError> {
    let keys = data_keys::of(conn, &shared.sealer, snapshots.keys().copied()).await?;
    let mut flat = Flat::default();
    for (org, snapshot) in snapshots {
        flat.add(*org, snapshot.changes(), keys.get(org).map(AsRef::as_ref))?;
    }
    Ok(flat)
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
            PolicySource::Cache => shared.meters.load(snapshot, keys),
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
