//! Answers about publishing.

use serde::Serialize;
use upivia_application::publishing::{PublicationPage, PublishRequestPage};
use upivia_domain::{
    Timestamp,
    catalog::OperationName,
    publishing::{Content, Manifest, Publication, PublishRequest},
};
use utoipa::ToSchema;

use crate::v1::cursor;

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublishRequestList {
    publish_requests: Vec<PublishRequestBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A page of publications.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicationList {
    publications: Vec<PublicationBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A request to publish.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublishRequestBody {
    id: String,
    /// `agent`.
    kind: &'static str,
    agent_id: Option<String>,
    /// `team`, `org` or `marketplace`.
    scope: &'static str,
    /// The team, where it is to a team.
    team_id: Option<String>,
    /// `pending`, `approved`, `rejected` or `withdrawn`.
    status: &'static str,
    /// What an approval publishes.
    manifest: ManifestBody,
    note: Option<String>,
    /// Who asked.
    requested_by: String,
    created_at: String,
    /// What was said to it.
    reason: Option<String>,
    resolved_at: Option<String>,
    resolved_by: Option<String>,
    /// What an approval led to.
    publication_id: Option<String>,
}

/// A publication.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicationBody {
    id: String,
    /// `agent`.
    kind: &'static str,
    agent_id: Option<String>,
    /// `team`, `org` or `marketplace`.
    scope: &'static str,
    /// The team, where it is to a team.
    team_id: Option<String>,
    /// `active`, `replaced` or `revoked`.
    status: &'static str,
    manifest: ManifestBody,
    publish_request_id: String,
    /// Who asked for it.
    requested_by: String,
    published_at: String,
    ended_at: Option<String>,
    ended_by: Option<String>,
}

/// What is to be seen of a thing; never its money, limits, keys or people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManifestBody {
    name: String,
    description: Option<String>,
    icon: Option<String>,
    category: Option<String>,
    default_model_id: Option<String>,
    /// Null unless its publisher gave it away.
    system_prompt: Option<String>,
    /// Null unless its publisher gave it away.
    personality: Option<String>,
    /// The operations that it uses. A clone has to be given them.
    operations: Vec<String>,
}

impl From<PublishRequestPage> for PublishRequestList {
    fn from(page: PublishRequestPage) -> Self {
        let publish_requests = page.requests.into_iter().map(PublishRequestBody::from).collect();
        Self { publish_requests, next_cursor: page.next.map(cursor::text) }
    }
}

impl From<PublicationPage> for PublicationList {
    fn from(page: PublicationPage) -> Self {
        let publications = page.publications.into_iter().map(PublicationBody::from).collect();
        Self { publications, next_cursor: page.next.map(cursor::text) }
    }
}

impl From<PublishRequest> for PublishRequestBody {
    fn from(request: PublishRequest) -> Self {
        Self {
            id: request.id.to_string(),
            kind: request.subject.kind(),
            agent_id: request.subject.agent().map(|agent| agent.to_string()),
            scope: request.scope.as_str(),
            team_id: request.team.map(|team| team.to_string()),
            status: request.status.as_str(),
            manifest: request.manifest.into(),
            note: request.note,
            requested_by: request.requested_by.to_string(),
            created_at: request.created_at.to_string(),
            reason: request.reason,
            resolved_at: request.resolved_at.as_ref().map(Timestamp::to_string),
            resolved_by: request.resolved_by.map(|user| user.to_string()),
            publication_id: request.publication.map(|id| id.to_string()),
        }
    }
}

impl From<Publication> for PublicationBody {
    fn from(publication: Publication) -> Self {
        Self {
            id: publication.id.to_string(),
            kind: publication.subject.kind(),
            agent_id: publication.subject.agent().map(|agent| agent.to_string()),
            scope: publication.scope.as_str(),
            team_id: publication.team.map(|team| team.to_string()),
            status: publication.status.as_str(),
            manifest: publication.manifest.into(),
            publish_request_id: publication.request.to_string(),
            requested_by: publication.requested_by.to_string(),
            published_at: publication.created_at.to_string(),
            ended_at: publication.ended_at.as_ref().map(Timestamp::to_string),
            ended_by: publication.ended_by.map(|user| user.to_string()),
        }
    }
}

impl From<Manifest> for ManifestBody {
    fn from(manifest: Manifest) -> Self {
        let Content::Agent(agent) = manifest.content;
        Self {
            name: manifest.name.to_string(),
            description: manifest.description,
            icon: manifest.icon,
            category: manifest.category,
            default_model_id: agent.default_model_id,
            system_prompt: agent.system_prompt,
            personality: agent.personality,
            operations: agent.operations.iter().map(OperationName::to_string).collect(),
        }
    }
}
