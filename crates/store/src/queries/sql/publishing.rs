//! `publish_requests` and `publications`, filtered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, PublicationId, PublishRequestId, TeamId,
    identity::OrganizationStatus,
    ports::{PublicationFilter, PublishRequestFilter, StoreError},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishScope},
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    rows::{PublicationRow, PublishRequestRow},
    schema::{org_heads, publications, publish_requests},
};

/// At most `limit` requests, the newest first.
pub(crate) async fn requests(
    conn: &mut Conn,
    org: OrgId,
    filter: PublishRequestFilter,
    limit: u32,
) -> Result<Vec<PublishRequest>, StoreError> {
    let mut query = publish_requests::table
        .filter(publish_requests::org_id.eq(org.to_string()))
        .order(publish_requests::seq.desc())
        .limit(i64::from(limit))
        .select(PublishRequestRow::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(publish_requests::status.eq(status.as_str()));
    }
    if let Some(sight) = filter.sight {
        let user = sight.user.map(|user| user.to_string()).unwrap_or_default();
        let by_user = publish_requests::requested_by.eq(user).nullable();
        query = query.filter(by_user.or(publish_requests::team_id.eq_any(texts(&sight.teams))));
    }
    if let Some(seq) = filter.before_seq {
        query = query.filter(publish_requests::seq.lt(seq));
    }
    let request = |row: PublishRequestRow| in_row(row.id.clone(), PublishRequest::try_from(row));
    query.load(conn).await.map_err(store_error)?.into_iter().map(request).collect()
}

pub(crate) async fn request(
    conn: &mut Conn,
    org: OrgId,
    id: PublishRequestId,
) -> Result<Option<PublishRequest>, StoreError> {
    let query = publish_requests::table.find(id.to_string()).filter(publish_requests::org_id.eq(org.to_string()));
    let row = query.select(PublishRequestRow::as_select()).first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(id, PublishRequest::try_from(row))).transpose()
}

/// At most `limit` publications, the newest first.
pub(crate) async fn publications(
    conn: &mut Conn,
    org: OrgId,
    filter: PublicationFilter,
    limit: u32,
) -> Result<Vec<Publication>, StoreError> {
    let mut query = publications::table
        .filter(publications::org_id.eq(org.to_string()))
        .order(publications::seq.desc())
        .limit(i64::from(limit))
        .select(PublicationRow::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(publications::status.eq(status.as_str()));
    }
    if let Some(scope) = filter.scope {
        query = query.filter(publications::scope.eq(scope.as_str()));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(publications::subject_id.eq(subject.id()));
    }
    if let Some(sight) = filter.sight {
        let user = sight.user.map(|user| user.to_string()).unwrap_or_default();
        let is_wider = publications::scope.ne(PublishScope::Team.as_str());
        let by_user = is_wider.or(publications::requested_by.eq(user)).nullable();
        query = query.filter(by_user.or(publications::team_id.eq_any(texts(&sight.teams))));
    }
    if let Some(seq) = filter.before_seq {
        query = query.filter(publications::seq.lt(seq));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(publication).collect()
}

/// Of all organizations: the one query beside those for operators that reads more than one.
pub(crate) async fn listings(conn: &mut Conn, before: Option<i64>, limit: u32) -> Result<Vec<Publication>, StoreError> {
    let mut query = publications::table
        .inner_join(org_heads::table.on(org_heads::org_id.eq(publications::org_id)))
        .filter(org_heads::status.eq(OrganizationStatus::Active.as_str()))
        .filter(publications::status.eq(PublicationStatus::Active.as_str()))
        .filter(publications::listing_seq.is_not_null())
        .order(publications::listing_seq.desc())
        .limit(i64::from(limit))
        .select(PublicationRow::as_select())
        .into_boxed();
    if let Some(seq) = before {
        query = query.filter(publications::listing_seq.lt(seq));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(publication).collect()
}

pub(crate) async fn listing(conn: &mut Conn, id: PublicationId) -> Result<Option<Publication>, StoreError> {
    let query = publications::table
        .inner_join(org_heads::table.on(org_heads::org_id.eq(publications::org_id)))
        .filter(publications::id.eq(id.to_string()))
        .filter(org_heads::status.eq(OrganizationStatus::Active.as_str()))
        .filter(publications::status.eq(PublicationStatus::Active.as_str()))
        .filter(publications::listing_seq.is_not_null());
    let row = query.select(PublicationRow::as_select()).first(conn).await.optional().map_err(store_error)?;
    row.map(publication).transpose()
}

fn publication(row: PublicationRow) -> Result<Publication, StoreError> {
    in_row(row.id.clone(), Publication::try_from(row))
}

fn texts(teams: &[TeamId]) -> Vec<String> {
    teams.iter().map(TeamId::to_string).collect()
}
