//! Loads what commands need into snapshots of organizations whose heads this transaction holds, and writes back what changed.
//!
//! For batches and for units of work alike. A unit of work calls [`load`], [`upivia_domain::ledger::apply`] and [`write`] for
//! each command, all with one `clock`: what is loaded already stays as it is, so nothing that was applied is lost.

use std::sync::Arc;

use upivia_domain::{
    OrgId, RequestId, Timestamp,
    budget::{Meter, MeterKey},
    ledger::{Command, Recorded},
    ports::StoreError,
};

use super::{Conn, data_keys, hot, policy, requests};
use crate::{
    connect::Shared,
    ledger::{Changed, PolicySource, Snapshots, Wanted, agents_needed, missing_meters, recorded_needed},
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
    policy::load(conn, shared, snapshots, &round.wanted, how.source).await?;
    requests::load(conn, shared, snapshots, round.requests).await?;
    requests::load_assumed(conn, shared, snapshots, round.assumed).await?;
    let heirs = agents_needed(snapshots, commands);
    if !heirs.is_empty() {
        policy::load(conn, shared, snapshots, &Wanted::of_agents(heirs), how.source).await?;
    }
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

/// Meters that neither the snapshots nor, where it may be asked, the cache have.
fn unknown_meters(
    shared: &Shared,
    snapshots: &mut Snapshots,
    commands: &[Arc<Command>],
    how: How,
) -> Vec<(OrgId, MeterKey)> {
    let mut unknown = Vec::new();
    for (org, keys) in missing_meters(snapshots, commands, how.clock) {
        let rest = match (how.source, snapshots.get_mut(&org)) {
            (PolicySource::Cache, Some(snapshot)) => shared.rows.load_meters(snapshot, keys),
            _ => keys,
        };
        unknown.extend(rest.into_iter().map(|key| (org, key)));
    }
    unknown
}
