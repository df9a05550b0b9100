//! Publishing: people ask to show a thing of theirs to more people, others say yes or no, and either side takes it back.
//!
//! Each change is one transaction with its audit events; an approval publishes the manifest that stood in the request.
//! Deliberately absent: cloning, which is [`crate::agents`]' own.

mod answer;
mod ask;
mod error;
mod list;
mod market;
mod revoke;

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    TeamId,
    audit::Object,
    identity::Permission,
    ports::{Ids, LedgerQueries, PublishingQueries, StoreError, TeamQueries, Tx, UnitOfWork},
    publishing::{Publication, PublishRequest},
};

use crate::access::{Author, Entry};

pub use answer::PublishAnswer;
pub use ask::NewPublishRequest;
pub use error::PublishError;
pub use list::{PublicationPage, PublicationsWanted, PublishRequestPage};
pub use market::{Listing, ListingPage};
pub(crate) use revoke::withdraw;

/// What the use-cases need.
pub struct PublishingParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where requests and publications are read.
    pub publishing: Arc<dyn PublishingQueries>,
    /// Who belongs to which team.
    pub teams: Arc<dyn TeamQueries>,
    /// Names of organizations.
    pub ledger: Arc<dyn LedgerQueries>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Publishing {
    parts: PublishingParts,
}

impl Publishing {
    /// Over these parts.
    pub const fn new(parts: PublishingParts) -> Self {
        Self { parts }
    }
}

/// The author answers for what goes to that team: by their role, or as the team's manager.
async fn manages(tx: &mut dyn Tx, author: &Author, team: Option<TeamId>) -> Result<bool, StoreError> {
    if author.may(tx, Permission::PublishManage).await? {
        return Ok(true);
    }
    let Some(team) = team else { return Ok(false) };
    Ok(author.permissions_in(tx, team).await?.contains(Permission::PublishManageOwn))
}

/// An event about a request. What people wrote stands in the row, never in the chain.
fn asked(kind: &'static str, request: &PublishRequest) -> Entry {
    let detail = json!({
        "subject": { "kind": request.subject.kind(), "id": request.subject.id() },
        "scope": request.scope.as_str(),
        "team": request.team,
        "requested_by": request.requested_by,
        "status": request.status.as_str(),
        "publication": request.publication,
    });
    let object = Object { kind: "publish_request", id: request.id.to_string() };
    Entry { kind, object, agent: request.subject.agent(), operation: None, detail }
}

/// An event about a publication.
fn published(kind: &'static str, publication: &Publication) -> Entry {
    let object = Object { kind: "publication", id: publication.id.to_string() };
    let detail = publication_figures(publication);
    Entry { kind, object, agent: publication.subject.agent(), operation: None, detail }
}

fn publication_figures(publication: &Publication) -> Value {
    json!({
        "subject": { "kind": publication.subject.kind(), "id": publication.subject.id() },
        "scope": publication.scope.as_str(),
        "team": publication.team,
        "request": publication.request,
        "status": publication.status.as_str(),
    })
}
