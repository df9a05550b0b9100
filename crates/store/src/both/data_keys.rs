//! Data keys of organizations, unwrapped once and kept at hand.

use std::{collections::HashMap, sync::Arc};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{OrgId, ports::StoreError};

use super::Conn;
use crate::{
    crypto::{DataKey, Sealer},
    error::store_error,
    rows::parse,
    schema::organizations,
};

/// The keys of those organizations; one that has no row has no key.
pub(crate) async fn of(
    conn: &mut Conn,
    sealer: &Sealer,
    orgs: impl IntoIterator<Item = OrgId>,
) -> Result<HashMap<OrgId, Arc<DataKey>>, StoreError> {
    let mut keys = HashMap::new();
    let mut missing = Vec::new();
    for org in orgs {
        match sealer.cached(org) {
            Some(key) => drop(keys.insert(org, key)),
            None => missing.push(org.to_string()),
        }
    }
    if !missing.is_empty() {
        for (org, wrapped) in wrapped(conn, missing).await? {
            let org: OrgId = parse("organizations", "id", &org)?;
            keys.insert(org, sealer.unwrap(org, &wrapped)?);
        }
    }
    Ok(keys)
}

async fn wrapped(conn: &mut Conn, orgs: Vec<String>) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let rows = organizations::table.filter(organizations::id.eq_any(orgs));
    rows.select((organizations::id, organizations::data_key)).load(conn).await.map_err(store_error)
}
