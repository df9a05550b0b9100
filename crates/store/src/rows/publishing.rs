//! `publish_requests` and `publications`.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    ports::StoreError,
    publishing::{Publication, PublishRequest, Subject},
};

use super::{
    manifest,
    text::{parse, parse_opt},
};
use crate::{
    error::unreadable,
    schema::{publications, publish_requests},
};

const REQUESTS: &str = "publish_requests";
const PUBLICATIONS: &str = "publications";

/// A row of `publish_requests`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = publish_requests, treat_none_as_default_value = false)]
pub(crate) struct PublishRequestRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) seq: i64,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: String,
    pub(crate) scope: String,
    pub(crate) team_id: Option<String>,
    pub(crate) manifest: String,
    pub(crate) note: Option<String>,
    pub(crate) requested_by: String,
    pub(crate) created_at: i64,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) resolved_at: Option<i64>,
    pub(crate) resolved_by: Option<String>,
    pub(crate) publication_id: Option<String>,
}

/// A row of `publications`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = publications, treat_none_as_default_value = false)]
pub(crate) struct PublicationRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) seq: i64,
    pub(crate) listing_seq: Option<i64>,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: String,
    pub(crate) scope: String,
    pub(crate) team_id: Option<String>,
    pub(crate) manifest: String,
    pub(crate) request_id: String,
    pub(crate) requested_by: String,
    pub(crate) created_at: i64,
    pub(crate) status: String,
    pub(crate) ended_at: Option<i64>,
    pub(crate) ended_by: Option<String>,
}

impl TryFrom<&PublishRequest> for PublishRequestRow {
    type Error = StoreError;
    fn try_from(request: &PublishRequest) -> Result<Self, StoreError> {
        Ok(Self {
            id: request.id.to_string(),
            org_id: request.org.to_string(),
            seq: request.seq,
            subject_kind: request.subject.kind().to_owned(),
            subject_id: request.subject.id(),
            scope: request.scope.as_str().to_owned(),
            team_id: request.team.map(|team| team.to_string()),
            manifest: manifest::write(REQUESTS, &request.manifest)?,
            note: request.note.clone(),
            requested_by: request.requested_by.to_string(),
            created_at: request.created_at.micros(),
            status: request.status.as_str().to_owned(),
            reason: request.reason.clone(),
            resolved_at: request.resolved_at.map(Timestamp::micros),
            resolved_by: request.resolved_by.map(|user| user.to_string()),
            publication_id: request.publication.map(|id| id.to_string()),
        })
    }
}

impl TryFrom<PublishRequestRow> for PublishRequest {
    type Error = StoreError;
    fn try_from(row: PublishRequestRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(REQUESTS, "id", &row.id)?,
            org: parse(REQUESTS, "org_id", &row.org_id)?,
            seq: row.seq,
            subject: subject(REQUESTS, &row.subject_kind, &row.subject_id)?,
            scope: parse(REQUESTS, "scope", &row.scope)?,
            team: parse_opt(REQUESTS, "team_id", row.team_id.as_deref())?,
            manifest: manifest::read(REQUESTS, &row.manifest)?,
            note: row.note,
            requested_by: parse(REQUESTS, "requested_by", &row.requested_by)?,
            created_at: Timestamp::from_micros(row.created_at),
            status: parse(REQUESTS, "status", &row.status)?,
            reason: row.reason,
            resolved_at: row.resolved_at.map(Timestamp::from_micros),
            resolved_by: parse_opt(REQUESTS, "resolved_by", row.resolved_by.as_deref())?,
            publication: parse_opt(REQUESTS, "publication_id", row.publication_id.as_deref())?,
        })
    }
}

impl TryFrom<&Publication> for PublicationRow {
    type Error = StoreError;
    fn try_from(publication: &Publication) -> Result<Self, StoreError> {
        Ok(Self {
            id: publication.id.to_string(),
            org_id: publication.org.to_string(),
            seq: publication.seq,
            listing_seq: publication.listing_seq,
            subject_kind: publication.subject.kind().to_owned(),
            subject_id: publication.subject.id(),
            scope: publication.scope.as_str().to_owned(),
            team_id: publication.team.map(|team| team.to_string()),
            manifest: manifest::write(PUBLICATIONS, &publication.manifest)?,
            request_id: publication.request.to_string(),
            requested_by: publication.requested_by.to_string(),
            created_at: publication.created_at.micros(),
            status: publication.status.as_str().to_owned(),
            ended_at: publication.ended_at.map(Timestamp::micros),
            ended_by: publication.ended_by.map(|user| user.to_string()),
        })
    }
}

impl TryFrom<PublicationRow> for Publication {
    type Error = StoreError;
    fn try_from(row: PublicationRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(PUBLICATIONS, "id", &row.id)?,
            org: parse(PUBLICATIONS, "org_id", &row.org_id)?,
            seq: row.seq,
            listing_seq: row.listing_seq,
            subject: subject(PUBLICATIONS, &row.subject_kind, &row.subject_id)?,
            scope: parse(PUBLICATIONS, "scope", &row.scope)?,
            team: parse_opt(PUBLICATIONS, "team_id", row.team_id.as_deref())?,
            manifest: manifest::read(PUBLICATIONS, &row.manifest)?,
            request: parse(PUBLICATIONS, "request_id", &row.request_id)?,
            requested_by: parse(PUBLICATIONS, "requested_by", &row.requested_by)?,
            created_at: Timestamp::from_micros(row.created_at),
            status: parse(PUBLICATIONS, "status", &row.status)?,
            ended_at: row.ended_at.map(Timestamp::from_micros),
            ended_by: parse_opt(PUBLICATIONS, "ended_by", row.ended_by.as_deref())?,
        })
    }
}

fn subject(table: &'static str, kind: &str, id: &str) -> Result<Subject, StoreError> {
    Subject::parse(kind, id).map_err(|why| unreadable(table, "subject_id", why))
}
