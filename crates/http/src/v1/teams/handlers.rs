//! Parse, one call, present.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::{
    access::UserCaller,
    budgets::{Caps, Direction},
};
use upivia_domain::{TeamId, UserId};

use super::{
    body::{AddMember, AllocateToWorker, ChangeTeam, CreateTeam, MoveMoney, SetRole},
    money::{PoolMovedBody, TeamBudgetBody},
    switch,
    view::{MemberBody, MemberList, TeamBody, TeamList},
};
use crate::{
    ApiError, Input,
    v1::{
        idempotency::marked,
        present::{ok, with_status},
    },
};

pub(super) async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let teams = input.api.parts.teams.list(&caller).await?;
    let active = switch::active(&caller, &input, &teams);
    ok(&TeamList::of(teams, active))
}

pub(super) async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (name, cap) = input.json::<CreateTeam>()?.into_parts()?;
    let team = input.api.parts.teams.create(input.author(caller), name, cap).await?;
    with_status(StatusCode::CREATED, &TeamBody::from(team))
}

pub(super) async fn find(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    ok(&TeamBody::from(input.api.parts.teams.find(&caller, id(&input)?).await?))
}

pub(super) async fn change(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, change) = (id(&input)?, input.json::<ChangeTeam>()?.into_change()?);
    ok(&TeamBody::from(input.api.parts.teams.update(input.author(caller), id, change).await?))
}

pub(super) async fn members(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, mode) = (id(&input)?, input.query()?.parsed("mode")?);
    let members = input.api.parts.teams.members(&caller, id).await?;
    let budget = input.api.parts.budgets.team(&caller, id, mode).await?;
    ok(&MemberList::of(members, &budget))
}

pub(super) async fn add_member(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, new) = (id(&input)?, input.json::<AddMember>()?.into_new()?);
    let org = caller.org;
    let member = input.api.parts.teams.add_member(input.author(caller), id, new).await?;
    let detail = input.api.parts.teams.detail(org, member).await?;
    with_status(StatusCode::CREATED, &MemberBody::of(detail, None))
}

pub(super) async fn set_role(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let ((id, user), role) = ((id(&input)?, person(&input, "membership_id")?), input.json::<SetRole>()?.into_role()?);
    let org = caller.org;
    let member = input.api.parts.teams.set_role(input.author(caller), id, user, role).await?;
    ok(&MemberBody::of(input.api.parts.teams.detail(org, member).await?, None))
}

pub(super) async fn remove_member(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, user) = (id(&input)?, person(&input, "membership_id")?);
    let org = caller.org;
    let member = input.api.parts.teams.remove_member(input.author(caller), id, user).await?;
    ok(&MemberBody::of(input.api.parts.teams.detail(org, member).await?, None))
}

pub(super) async fn budget(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, mode) = (id(&input)?, input.query()?.parsed("mode")?);
    ok(&TeamBudgetBody::from(&input.api.parts.budgets.team(&caller, id, mode).await?))
}

pub(super) async fn pool(caller: UserCaller, input: Input, direction: Direction) -> Result<HttpResponse, ApiError> {
    let (id, sum) = (id(&input)?, input.json::<MoveMoney>()?.into_sum(&input)?);
    let moved = input.api.parts.budgets.move_pool(input.author(caller), id, direction, sum).await?;
    Ok(marked(ok(&PoolMovedBody::from(&moved))?, moved.replayed))
}

pub(super) async fn allocate_to_worker(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let place = (id(&input)?, person(&input, "uid")?);
    let (direction, sum, caps) = input.json::<AllocateToWorker>()?.into_parts(&input)?;
    let moved = input.api.parts.budgets.move_worker(input.author(caller), place, direction, sum, caps).await?;
    Ok(marked(ok(&TeamBudgetBody::from(&moved.budget))?, moved.replayed))
}

pub(super) async fn take_back_from_worker(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (place, sum) = ((id(&input)?, person(&input, "uid")?), input.json::<MoveMoney>()?.into_sum(&input)?);
    let (direction, caps) = (Direction::TakeBack, Caps::default());
    let moved = input.api.parts.budgets.move_worker(input.author(caller), place, direction, sum, caps).await?;
    Ok(marked(ok(&TeamBudgetBody::from(&moved.budget))?, moved.replayed))
}

fn id(input: &Input) -> Result<TeamId, ApiError> {
    input.path("id", "team")
}

fn person(input: &Input, name: &str) -> Result<UserId, ApiError> {
    input.path(name, "team member")
}
