//! Parse, one call, present.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::access::UserCaller;
use upivia_domain::RoleId;

use super::view::{CreateRole, DeletedRole, PermissionList, RoleBody, RoleList, UpdateRole};
use crate::{
    ApiError, Input,
    v1::{
        members::own_organization,
        present::{ok, with_status},
    },
};

pub(super) async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let org = own_organization(&caller, &input)?;
    ok(&RoleList::of(&input.api.parts.roles.list(org).await?))
}

pub(super) async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let (name, permissions) = input.json::<CreateRole>()?.into_parts()?;
    let role = input.api.parts.roles.create(input.author(caller), name, permissions).await?;
    with_status(StatusCode::CREATED, &RoleBody::of(&role))
}

pub(super) async fn update(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let (id, change) = (id(&input)?, input.json::<UpdateRole>()?.into_change()?);
    ok(&RoleBody::of(&input.api.parts.roles.update(input.author(caller), id, change).await?))
}

pub(super) async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let id = id(&input)?;
    input.api.parts.roles.remove(input.author(caller), id).await?;
    ok(&DeletedRole::of(id))
}

pub(super) async fn permissions(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    ok(&PermissionList::of(&caller))
}

fn id(input: &Input) -> Result<RoleId, ApiError> {
    input.path("role_id", "role")
}
