//! `publish_requests` and `publications`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, PublicationId, PublishRequestId, Timestamp,
    ports::{PublishingRepository, StoreError},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus, Subject},
};

use super::{OpenTx, constraint};
use crate::{
    queries::in_row,
    rows::{PublicationRow, PublishRequestRow},
    schema::{publications, publish_requests},
};

#[async_trait]
impl PublishingRepository for OpenTx<'_> {
    async fn insert_request(&mut self, request: &PublishRequest) -> Result<(), StoreError> {
        self.require_held(request.org)?;
        if let Some(team) = request.team {
            self.require_team(request.org, team).await?;
        }
        let row = self.remember(PublishRequestRow::try_from(request))?;
        let inserted = diesel::insert_into(publish_requests::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update_request(&mut self, request: &PublishRequest) -> Result<(), StoreError> {
        self.require_held(request.org)?;
        let row = publish_requests::table
            .filter(publish_requests::id.eq(request.id.to_string()))
            .filter(publish_requests::org_id.eq(request.org.to_string()));
        let values = (
            publish_requests::status.eq(request.status.as_str()),
            publish_requests::reason.eq(request.reason.clone()),
            publish_requests::resolved_at.eq(request.resolved_at.map(Timestamp::micros)),
            publish_requests::resolved_by.eq(request.resolved_by.map(|user| user.to_string())),
            publish_requests::publication_id.eq(request.publication.map(|id| id.to_string())),
        );
        let updated = diesel::update(row).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("publish_requests: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find_request(&mut self, org: OrgId, id: PublishRequestId) -> Result<Option<PublishRequest>, StoreError> {
        let query = publish_requests::table
            .find(id.to_string())
            .filter(publish_requests::org_id.eq(org.to_string()))
            .select(PublishRequestRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, PublishRequest::try_from(row))).transpose()
    }

    async fn pending_requests(&mut self, org: OrgId, subject: Subject) -> Result<Vec<PublishRequest>, StoreError> {
        let query = publish_requests::table
            .filter(publish_requests::org_id.eq(org.to_string()))
            .filter(publish_requests::subject_id.eq(subject.id()))
            .filter(publish_requests::status.eq(PublishRequestStatus::Pending.as_str()))
            .order(publish_requests::seq.desc())
            .select(PublishRequestRow::as_select());
        let rows = query.load::<PublishRequestRow>(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(row.id.clone(), PublishRequest::try_from(row))).collect()
    }

    async fn insert(&mut self, publication: &Publication) -> Result<(), StoreError> {
        self.require_held(publication.org)?;
        if let Some(team) = publication.team {
            self.require_team(publication.org, team).await?;
        }
        let row = self.remember(PublicationRow::try_from(publication))?;
        let inserted = diesel::insert_into(publications::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, publication: &Publication) -> Result<(), StoreError> {
        self.require_held(publication.org)?;
        let row = publications::table
            .filter(publications::id.eq(publication.id.to_string()))
            .filter(publications::org_id.eq(publication.org.to_string()));
        let values = (
            publications::status.eq(publication.status.as_str()),
            publications::ended_at.eq(publication.ended_at.map(Timestamp::micros)),
            publications::ended_by.eq(publication.ended_by.map(|user| user.to_string())),
        );
        let updated = diesel::update(row).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("publications: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: PublicationId) -> Result<Option<Publication>, StoreError> {
        let query = publications::table
            .find(id.to_string())
            .filter(publications::org_id.eq(org.to_string()))
            .select(PublicationRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Publication::try_from(row))).transpose()
    }

    async fn active(&mut self, org: OrgId, subject: Subject) -> Result<Vec<Publication>, StoreError> {
        let query = publications::table
            .filter(publications::org_id.eq(org.to_string()))
            .filter(publications::subject_id.eq(subject.id()))
            .filter(publications::status.eq(PublicationStatus::Active.as_str()))
            .order(publications::seq.desc())
            .select(PublicationRow::as_select());
        let rows = query.load::<PublicationRow>(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(row.id.clone(), Publication::try_from(row))).collect()
    }
}
