//! Parse, one call, present; and how often somebody may try.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::{
    access::{Principal, UserCaller},
    invites::Acceptance,
};
use upivia_domain::{InviteId, OrgId, Secret};

use super::body::{AcceptInvite, CreateInvite, InviteList, InvitedBody, JoinedBody, WithdrawnInvite};
use crate::{
    ApiError, Input,
    v1::{
        link_page,
        present::{ok, with_status},
    },
};

pub(super) async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own(&caller, &input)?;
    let found = input.api.parts.invites.list(&caller).await?;
    ok(&InviteList::of(&found, input.api.parts.clock.now()))
}

pub(super) async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own(&caller, &input)?;
    let new = input.json::<CreateInvite>()?.into_new()?;
    // Nobody's mailbox is filled in the name of an organization.
    input.begin_link(&format!("invite\n{}\n{}", caller.org, new.email))?;
    let made = input.api.parts.invites.create(input.author(caller), new).await?;
    with_status(StatusCode::CREATED, &InvitedBody::of(made, input.api.parts.clock.now()))
}

pub(super) async fn withdraw(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own(&caller, &input)?;
    let query = input.query()?;
    let text = query.text("invite_id").or_else(|| query.text("id"));
    let text = text.ok_or_else(|| ApiError::invalid("invite_id", "is required"))?;
    // A text that cannot be an id names nothing.
    let id: InviteId = text.parse().map_err(|_| ApiError::NotFound("invite"))?;
    let gone = input.api.parts.invites.withdraw(input.author(caller), id).await?;
    ok(&WithdrawnInvite::of(&gone))
}

pub(super) async fn accept(caller: Option<Principal>, input: Input) -> Result<HttpResponse, ApiError> {
    let token: Secret<String> = Secret::new(input.path("token", "invite")?);
    let acceptance = input.json::<AcceptInvite>()?.into_acceptance()?;
    let (peer, now) = (input.http().peer_addr().map(|peer| peer.ip()), input.api.parts.clock.now().micros());
    input.begin_link(&format!("accept\n{}", token.expose()))?;
    let (invites, attempts) = (&input.api.parts.invites, &input.api.attempts);
    // The password of an account is guessed here no more often than where people sign in.
    let account = invites.find(&token).await?.email.to_string();
    attempts.begin(&account, peer, now)?;
    let caller = match caller {
        Some(Principal::User(caller)) => Some(caller.user),
        Some(Principal::Agent(_)) | None => None,
    };
    let acceptance = Acceptance { caller, trace: Some(input.trace.shared()), ..acceptance };
    let joined = invites.accept(&token, acceptance).await?;
    attempts.succeeded(&account, peer, now);
    ok(&JoinedBody::from(joined))
}

pub(super) async fn page(input: Input) -> Result<HttpResponse, ApiError> {
    Ok(link_page::answer(&input.api.documents.link_page))
}

/// The organization in the path is the one in which the caller acts; of others nothing is known.
fn own(caller: &UserCaller, input: &Input) -> Result<(), ApiError> {
    let org: OrgId = input.path("id", "organization")?;
    if org == caller.org { Ok(()) } else { Err(ApiError::NotFound("organization")) }
}
