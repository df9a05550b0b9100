//! `webhook_endpoints`, `webhook_deliveries` and `budget_alerts`, for people.

use std::sync::Arc;

use diesel::{
    dsl::{exists, select},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, Timestamp, WebhookEndpointId,
    budget::BudgetAlert,
    identity::{Email, OrgRole},
    ports::{AlertFilter, DeliveryFilter, StoreError},
    webhook::{Delivery, DeliveryStatus, Endpoint},
};

use super::{Conn, data_keys};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::{BudgetAlertRow, DeliveryRow, EndpointRow, parse},
    schema::{budget_alerts, memberships, user_suspensions, users, webhook_deliveries, webhook_endpoints},
};

/// The endpoints of an organization, the oldest first: ids are in the order of birth.
pub(crate) async fn endpoints(conn: &mut Conn, shared: Arc<Shared>, org: OrgId) -> Result<Vec<Endpoint>, StoreError> {
    let query = webhook_endpoints::table
        .filter(webhook_endpoints::org_id.eq(org.to_string()))
        .order(webhook_endpoints::id)
        .select(EndpointRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    open(conn, &shared, rows).await
}

pub(crate) async fn endpoint(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    id: WebhookEndpointId,
) -> Result<Option<Endpoint>, StoreError> {
    let query = webhook_endpoints::table.find(id.to_string()).filter(webhook_endpoints::org_id.eq(org.to_string()));
    let row = query.select(EndpointRow::as_select()).first(conn).await.optional().map_err(store_error)?;
    Ok(open(conn, &shared, row.into_iter().collect()).await?.pop())
}

/// Rows with their secrets opened.
pub(super) async fn open(
    conn: &mut Conn,
    shared: &Shared,
    rows: Vec<EndpointRow>,
) -> Result<Vec<Endpoint>, StoreError> {
    let orgs = rows.iter().map(|row| parse("webhook_endpoints", "org_id", &row.org_id));
    let orgs: Vec<OrgId> = orgs.collect::<Result<_, _>>()?;
    let keys = data_keys::of(conn, &shared.sealer, orgs.iter().copied()).await?;
    let opened = |(row, org): (EndpointRow, OrgId)| {
        let key = keys.get(&org).ok_or_else(|| StoreError::Internal(format!("{org} has no data key")))?;
        in_row(row.id.clone(), row.open(key))
    };
    rows.into_iter().zip(orgs).map(opened).collect()
}

/// At most `limit` deliveries, the newest first.
pub(crate) async fn deliveries(
    conn: &mut Conn,
    (org, endpoint): (OrgId, WebhookEndpointId),
    filter: DeliveryFilter,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(endpoint.to_string()))
        .filter(webhook_deliveries::org_id.eq(org.to_string()))
        .order(webhook_deliveries::place.desc())
        .limit(i64::from(limit))
        .select(DeliveryRow::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(webhook_deliveries::status.eq(status.as_str()));
    }
    if let Some(place) = filter.before_place {
        query = query.filter(webhook_deliveries::place.lt(place));
    }
    let delivery = |row: DeliveryRow| in_row(row.id.clone(), Delivery::try_from(row));
    query.load(conn).await.map_err(store_error)?.into_iter().map(delivery).collect()
}

pub(crate) async fn delivered_since(
    conn: &mut Conn,
    (org, endpoint): (OrgId, WebhookEndpointId),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let rows = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(endpoint.to_string()))
        .filter(webhook_deliveries::org_id.eq(org.to_string()))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Delivered.as_str()))
        .filter(webhook_deliveries::ended_at.ge(at.micros()));
    select(exists(rows)).get_result(conn).await.map_err(store_error)
}

pub(crate) async fn administrators(conn: &mut Conn, org: OrgId) -> Result<Vec<Email>, StoreError> {
    let roles = [OrgRole::Owner, OrgRole::Admin].map(OrgRole::as_str);
    let query = memberships::table
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(memberships::org_id.eq(org.to_string()))
        .filter(memberships::role.eq_any(roles))
        .filter(users::id.ne_all(user_suspensions::table.select(user_suspensions::user_id)))
        .order(users::id)
        .select(users::email);
    let found: Vec<String> = query.load(conn).await.map_err(store_error)?;
    found.iter().map(|email| parse("users", "email", email)).collect()
}

/// At most `limit` alerts, the newest first.
pub(crate) async fn budget_alerts(
    conn: &mut Conn,
    org: OrgId,
    filter: AlertFilter,
    limit: u32,
) -> Result<Vec<BudgetAlert>, StoreError> {
    let mut query = budget_alerts::table
        .filter(budget_alerts::org_id.eq(org.to_string()))
        .order(budget_alerts::place.desc())
        .limit(i64::from(limit))
        .select(BudgetAlertRow::as_select())
        .into_boxed();
    if let Some(mode) = filter.mode {
        query = query.filter(budget_alerts::mode.eq(mode.as_str()));
    }
    if let Some(place) = filter.before_place {
        query = query.filter(budget_alerts::place.lt(place));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(BudgetAlert::try_from).collect()
}
