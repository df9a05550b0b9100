//! Parse, one call, present.

use actix_web::HttpResponse;
use upivia_application::access::UserCaller;
use upivia_domain::{OrgId, UserId, identity::Cookie};

use super::view::{LeaveOrg, LeftBody, OrgMemberBody, OrgMemberList, SetOrgRole};
use crate::{
    ApiError, Input,
    cookies::{self, Keep},
    v1::present::ok,
};

pub(super) async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    ok(&OrgMemberList::of(input.api.parts.members.list(&caller).await?))
}

pub(super) async fn change(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let (user, role) = (member(&input)?, input.json::<SetOrgRole>()?.into_role()?);
    ok(&OrgMemberBody::from(input.api.parts.members.set_role(input.author(caller), user, role).await?))
}

pub(super) async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let (user, heir) = (member(&input)?, input.query()?.parsed("agents_to")?);
    ok(&LeftBody::from(input.api.parts.members.remove(input.author(caller), user, heir).await?))
}

pub(super) async fn leave(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let heir = input.json::<LeaveOrg>()?.into_heir()?;
    let is_session = caller.credential.is_none();
    let left = input.api.parts.members.leave(input.author(caller), heir).await?;
    let mut response = ok(&LeftBody::from(left))?;
    if is_session {
        // The browser must not go on naming a workspace that opens no more.
        cookies::set(&input.api, &mut response, &Cookie::new(cookies::WORKSPACE, ""), Keep::Clear)?;
    }
    Ok(response)
}

/// The `{id}` of the path is the organization in which the credential acts; of every other nothing is said.
pub(crate) fn own_organization(caller: &UserCaller, input: &Input) -> Result<OrgId, ApiError> {
    let id: OrgId = input.path("id", "organization")?;
    if id == caller.org { Ok(id) } else { Err(ApiError::NotFound("organization")) }
}

fn member(input: &Input) -> Result<UserId, ApiError> {
    input.path("user_id", "member")
}
