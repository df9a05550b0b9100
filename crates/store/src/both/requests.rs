//! Requests on their way into snapshots.

use std::collections::BTreeMap;

use upivia_domain::{OrgId, RequestId, ports::StoreError};

use super::{Conn, data_keys, hot};
use crate::{
    connect::Shared,
    ledger::{Snapshots, Wanted},
    rows::{RequestRow, parse},
};

/// Opens the rows and loads them.
pub(crate) async fn load(
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
        let org: OrgId = parse("requests", "org_id", &row.org_id)?;
        if let (Some(snapshot), Some(key)) = (snapshots.get_mut(&org), keys.get(&org)) {
            snapshot.load_request(row.open(key)?);
        }
    }
    Ok(())
}

/// Loads requests from the cache. Where it was wrong about a head, they are read after all.
pub(crate) async fn load_assumed(
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
    load(conn, shared, snapshots, requests).await
}
