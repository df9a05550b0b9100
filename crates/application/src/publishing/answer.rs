//! Yes or no to a request. Yes publishes in the same transaction, in the place of what was published to the same people.

use serde_json::json;
use upivia_domain::{
    OrgId, PublicationId, PublishRequestId,
    audit::Object,
    identity::{OrgRole, Permission},
    ports::{StoreError, Tx, transact},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus, PublishScope},
};

use super::{PublishError, Publishing, ask::LONGEST_NOTE, asked, manages, published, revoke::end};
use crate::{
    access::{Author, Entry},
    agents::checked,
};

/// What somebody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishAnswer {
    /// Yes.
    Approve,
    /// No.
    Reject,
    /// Never mind: by the one who asked.
    Withdraw,
}

impl PublishAnswer {
    const fn status(self) -> PublishRequestStatus {
        match self {
            Self::Approve => PublishRequestStatus::Approved,
            Self::Reject => PublishRequestStatus::Rejected,
            Self::Withdraw => PublishRequestStatus::Withdrawn,
        }
    }

    const fn event(self) -> &'static str {
        match self {
            Self::Approve => "publish_request.approved",
            Self::Reject => "publish_request.rejected",
            Self::Withdraw => "publish_request.withdrawn",
        }
    }
}

impl Publishing {
    /// Answers a request. The same answer again gives the present state; another one is [`PublishError::Resolved`].
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub async fn answer(
        &self,
        author: Author,
        id: PublishRequestId,
        answer: PublishAnswer,
        reason: Option<String>,
    ) -> Result<PublishRequest, PublishError> {
        let reason = checked("reason", reason, LONGEST_NOTE)?;
        let org = author.org();
        let asked = self.parts.publishing.publish_request(org, id).await?;
        let scope = asked.ok_or(PublishError::NotFound("publish request"))?.scope;
        // Its place in the marketplace is one in the platform's sequence. A scope never changes.
        let is_listed = scope == PublishScope::Marketplace && answer == PublishAnswer::Approve;
        let orgs = if is_listed { vec![org, OrgId::PLATFORM] } else { vec![org] };
        let new = PublicationId::new(self.parts.ids.uuid());
        transact(&*self.parts.unit, &orgs, move |tx| {
            Box::pin(async move { respond(tx, &author, id, answer, reason, new).await })
        })
        .await
    }
}

async fn respond(
    tx: &mut dyn Tx,
    author: &Author,
    id: PublishRequestId,
    answer: PublishAnswer,
    reason: Option<String>,
    new: PublicationId,
) -> Result<PublishRequest, PublishError> {
    let found = tx.publishing().find_request(author.org(), id).await?;
    let request = found.ok_or(PublishError::NotFound("publish request"))?;
    permitted(tx, author, &request, answer).await?;
    if request.status == answer.status() {
        return Ok(request);
    }
    if request.status != PublishRequestStatus::Pending {
        return Err(PublishError::Resolved);
    }
    if answer == PublishAnswer::Approve {
        not_alone(tx, author, &request).await?;
    }
    let (status, publication) = (answer.status(), (answer == PublishAnswer::Approve).then_some(new));
    let (resolved_at, resolved_by) = (Some(tx.now()), Some(author.caller.user));
    let answered = PublishRequest { status, reason, resolved_at, resolved_by, publication, ..request };
    tx.publishing().update_request(&answered).await?;
    author.record(tx, asked(answer.event(), &answered)).await?;
    if let Some(id) = publication {
        publish(tx, author, &answered, id).await?;
    }
    Ok(answered)
}

async fn permitted(
    tx: &mut dyn Tx,
    author: &Author,
    request: &PublishRequest,
    answer: PublishAnswer,
) -> Result<(), PublishError> {
    let asked = request.requested_by == author.caller.user;
    if asked && answer == PublishAnswer::Withdraw {
        return Ok(());
    }
    if !manages(tx, author, request.team).await? {
        let refusal = PublishError::Forbidden(Permission::PublishManage);
        return Err(if asked { refusal } else { PublishError::NotFound("publish request") });
    }
    let market = Permission::MarketplacePublish;
    let opens_market = answer == PublishAnswer::Approve && request.scope == PublishScope::Marketplace;
    if opens_market && !author.may(tx, market).await? {
        return Err(PublishError::Forbidden(market));
    }
    if answer == PublishAnswer::Withdraw {
        return Err(PublishError::invalid("action", "withdraw is for whoever asked; reject it instead"));
    }
    Ok(())
}

/// Nobody approves what they asked for themselves, but an owner, who answers for the organization.
async fn not_alone(tx: &mut dyn Tx, author: &Author, request: &PublishRequest) -> Result<(), PublishError> {
    if request.requested_by != author.caller.user {
        return Ok(());
    }
    let place = tx.memberships().find(author.org(), author.caller.user).await?;
    if place.is_some_and(|place| place.role == OrgRole::Owner) { Ok(()) } else { Err(PublishError::OwnRequest) }
}

async fn publish(
    tx: &mut dyn Tx,
    author: &Author,
    request: &PublishRequest,
    id: PublicationId,
) -> Result<(), StoreError> {
    for old in tx.publishing().active(author.org(), request.subject).await? {
        if old.scope == request.scope {
            end(tx, &author.recorder(), old, PublicationStatus::Replaced).await?;
        }
    }
    let listing_seq = match request.scope {
        PublishScope::Marketplace => Some(list(tx, author, id).await?),
        PublishScope::Team | PublishScope::Organization => None,
    };
    let mut publication = Publication {
        id,
        org: request.org,
        seq: 0,
        listing_seq,
        subject: request.subject,
        scope: request.scope,
        team: request.team,
        manifest: request.manifest.clone(),
        request: request.id,
        requested_by: request.requested_by,
        created_at: tx.now(),
        status: PublicationStatus::Active,
        ended_at: None,
        ended_by: None,
    };
    publication.seq = author.recorder().record(tx, published("publication.created", &publication)).await?;
    tx.publishing().insert(&publication).await
}

/// Its place among the listings of all organizations.
async fn list(tx: &mut dyn Tx, author: &Author, id: PublicationId) -> Result<i64, StoreError> {
    let object = Object { kind: "publication", id: id.to_string() };
    let detail = json!({ "org": author.org() });
    author
        .record_at(
            tx,
            OrgId::PLATFORM,
            Entry { kind: "marketplace.listed", object, agent: None, operation: None, detail },
        )
        .await
}
