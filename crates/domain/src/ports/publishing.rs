//! Requests to publish, and publications, inside a transaction and outside.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    OrgId, PublicationId, PublishRequestId, TeamId, UserId,
    publishing::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus, PublishScope, Subject},
};

/// What somebody sees who does not see everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishingSight {
    /// What this person asked for.
    pub user: Option<UserId>,
    /// What goes to one of these teams.
    pub teams: Vec<TeamId>,
}

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishRequestFilter {
    /// Only with this status.
    pub status: Option<PublishRequestStatus>,
    /// Only those within sight.
    pub sight: Option<PublishingSight>,
    /// Only those with a smaller sequence: the cursor of the last page.
    pub before_seq: Option<i64>,
}

/// Which publications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicationFilter {
    /// Only with this status.
    pub status: Option<PublicationStatus>,
    /// Only to these people.
    pub scope: Option<PublishScope>,
    /// Only of this thing.
    pub subject: Option<Subject>,
    /// Only those within sight, and those that go to more people than a team.
    pub sight: Option<PublishingSight>,
    /// Only those with a smaller sequence: the cursor of the last page.
    pub before_seq: Option<i64>,
}

/// Committed rows; never those of another organization, but for what is in the marketplace.
#[async_trait]
pub trait PublishingQueries: Send + Sync {
    /// At most `limit` requests, the newest first.
    async fn publish_requests(
        &self,
        org: OrgId,
        filter: &PublishRequestFilter,
        limit: u32,
    ) -> Result<Vec<PublishRequest>, StoreError>;
    /// A request.
    async fn publish_request(&self, org: OrgId, id: PublishRequestId) -> Result<Option<PublishRequest>, StoreError>;
    /// At most `limit` publications, the newest first.
    async fn publications(
        &self,
        org: OrgId,
        filter: &PublicationFilter,
        limit: u32,
    ) -> Result<Vec<Publication>, StoreError>;
    /// At most `limit` publications of all organizations that are active, those that are in the marketplace and in force, the
    /// newest place first, before that place. MUST NOT tell those of an organization that is suspended, closing or closed.
    async fn listings(&self, before: Option<i64>, limit: u32) -> Result<Vec<Publication>, StoreError>;
    /// The same, one.
    async fn listing(&self, id: PublicationId) -> Result<Option<Publication>, StoreError>;
}

/// Rows inside a transaction. They may refer to teams of their own organization only.
#[async_trait]
pub trait PublishingRepository: Send {
    /// Inserts a request; there MUST be at most one pending of a thing and scope.
    async fn insert_request(&mut self, request: &PublishRequest) -> Result<(), StoreError>;
    /// Writes status, reason, time and author of the answer, and the publication.
    async fn update_request(&mut self, request: &PublishRequest) -> Result<(), StoreError>;
    /// The request.
    async fn find_request(&mut self, org: OrgId, id: PublishRequestId) -> Result<Option<PublishRequest>, StoreError>;
    /// The pending requests of a thing, the newest first.
    async fn pending_requests(&mut self, org: OrgId, subject: Subject) -> Result<Vec<PublishRequest>, StoreError>;
    /// Inserts a publication; there MUST be at most one active of a thing and scope.
    async fn insert(&mut self, publication: &Publication) -> Result<(), StoreError>;
    /// Writes status, end and who ended it.
    async fn update(&mut self, publication: &Publication) -> Result<(), StoreError>;
    /// The publication.
    async fn find(&mut self, org: OrgId, id: PublicationId) -> Result<Option<Publication>, StoreError>;
    /// The publications of a thing that are in force, the newest first.
    async fn active(&mut self, org: OrgId, subject: Subject) -> Result<Vec<Publication>, StoreError>;
}
