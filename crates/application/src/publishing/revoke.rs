//! The end of a publication: somebody takes it back, a later one takes its place, or the thing is gone.

use upivia_domain::{
    PublicationId,
    identity::Permission,
    ports::{StoreError, Tx, transact},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus, PublishScope, Subject},
};

use super::{PublishError, Publishing, asked, manages, published};
use crate::access::{Author, Recorder};

impl Publishing {
    /// Takes a publication back. Clones stay with those who made them. One that is not in force any more stays as it is.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub async fn revoke(&self, author: Author, id: PublicationId) -> Result<Publication, PublishError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(revoke(tx, author, id))).await
    }
}

async fn revoke(tx: &mut dyn Tx, author: Author, id: PublicationId) -> Result<Publication, PublishError> {
    let found = tx.publishing().find(author.org(), id).await?;
    let publication = found.ok_or(PublishError::NotFound("publication"))?;
    permitted(tx, &author, &publication).await?;
    if publication.status != PublicationStatus::Active {
        return Ok(publication);
    }
    Ok(end(tx, &author.recorder(), publication, PublicationStatus::Revoked).await?)
}

/// By those who could have approved it, whoever asked for it, and the owner of the agent.
async fn permitted(tx: &mut dyn Tx, author: &Author, publication: &Publication) -> Result<(), PublishError> {
    if manages(tx, author, publication.team).await? {
        return Ok(());
    }
    let user = author.caller.user;
    let owner = match publication.subject {
        Subject::Agent(agent) => tx.agents().find(author.org(), agent).await?.map(|agent| agent.owner),
    };
    let own = publication.requested_by == user || owner == Some(user);
    if own && author.may(tx, Permission::PublishManageOwn).await? {
        return Ok(());
    }
    let in_team = match publication.team {
        Some(team) => tx.teams().find_member(author.org(), team, user).await?.is_some(),
        None => false,
    };
    let sees = own || in_team || publication.scope != PublishScope::Team;
    let refusal = PublishError::Forbidden(Permission::PublishManage);
    Err(if sees { refusal } else { PublishError::NotFound("publication") })
}

/// Ends a publication that is in force.
pub(super) async fn end(
    tx: &mut dyn Tx,
    by: &Recorder,
    publication: Publication,
    status: PublicationStatus,
) -> Result<Publication, StoreError> {
    let (ended_at, ended_by) = (Some(tx.now()), by.user());
    let ended = Publication { status, ended_at, ended_by, ..publication };
    tx.publishing().update(&ended).await?;
    let kind = if status == PublicationStatus::Replaced { "publication.replaced" } else { "publication.revoked" };
    by.record(tx, published(kind, &ended)).await?;
    Ok(ended)
}

/// The thing is gone: its publications end, and nobody has to answer for it any more.
pub(crate) async fn withdraw(tx: &mut dyn Tx, by: &Recorder, subject: Subject) -> Result<(), StoreError> {
    for publication in tx.publishing().active(by.org(), subject).await? {
        end(tx, by, publication, PublicationStatus::Revoked).await?;
    }
    for request in tx.publishing().pending_requests(by.org(), subject).await? {
        let (resolved_at, resolved_by) = (Some(tx.now()), by.user());
        let withdrawn = PublishRequest { status: PublishRequestStatus::Withdrawn, resolved_at, resolved_by, ..request };
        tx.publishing().update_request(&withdrawn).await?;
        by.record(tx, asked("publish_request.withdrawn", &withdrawn)).await?;
    }
    Ok(())
}
