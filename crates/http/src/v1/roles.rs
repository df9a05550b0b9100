//! Roles that an organization makes for itself, and the permissions that they are made of.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{access::UserCaller, roles::RoleChange};
use upivia_domain::{
    RoleId,
    identity::{OrgRole, Permission, PermissionSet, Role},
    team::TeamRole,
};
use utoipa::ToSchema;

use super::{
    members::own_organization,
    present::{ok, with_status},
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Roles", routes: &[LIST, CREATE, UPDATE, REMOVE, PERMISSIONS] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/orgs/{id}/roles",
    access: Access::Person(Permission::RoleRead, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listRoles",
        summary: "Custom roles of the organization",
        details: "With what they and the built-in roles include. `{id}` is the workspace in which the credential acts.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The oldest first.", schema: SchemaOf::of::<RoleList>() }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/orgs/{id}/roles",
    access: Access::Person(Permission::RoleCreate, |caller, input| Box::pin(create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createRole",
        summary: "Make a custom role",
        details: "For members of the organization (`PATCH /orgs/{id}/members/{user_id}`) and of its teams \
                  (`PATCH /teams/{id}/members/{membership_id}`). Only permissions that you have yourself (403 otherwise).",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateRole>(),
            example: r#"{"name":"Night watch","permissions":["agent.read","agent.pauseAny","agent.readHealth"]}"#,
        }),
        answers: &[Success { status: 201, meaning: "Made.", schema: SchemaOf::of::<RoleBody>() }],
        errors: &[(409, "`limit_reached`: there are 100 already.")],
    },
};

const UPDATE: Route = Route {
    method: Method::Patch,
    path: "/orgs/{id}/roles/{role_id}",
    access: Access::Person(Permission::RoleUpdate, |caller, input| Box::pin(update(caller, input))),
    changes: true,
    doc: Doc {
        id: "updateRole",
        summary: "Change a custom role",
        details: "For everybody who has it, from the next request on. `permissions` is the whole new set. Neither the old nor the \
                  new one may include a permission that you lack (403).",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<UpdateRole>(), example: r#"{"permissions":["agent.read"]}"# }),
        answers: &[Success { status: 200, meaning: "The role now.", schema: SchemaOf::of::<RoleBody>() }],
        errors: &[],
    },
};

const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/orgs/{id}/roles/{role_id}",
    access: Access::Person(Permission::RoleDelete, |caller, input| Box::pin(remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "deleteRole",
        summary: "Delete a custom role",
        details: "One that somebody has is kept: give them another role first.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "Deleted.", schema: SchemaOf::of::<DeletedRole>() }],
        errors: &[(409, "`role_in_use`: members of the organization or of its teams have it.")],
    },
};

const PERMISSIONS: Route = Route {
    method: Method::Get,
    path: "/orgs/{id}/permissions",
    access: Access::Person(Permission::OrganizationRead, |caller, input| Box::pin(permissions(caller, input))),
    changes: false,
    doc: Doc {
        id: "listPermissions",
        summary: "Permissions that there are",
        details: "What roles and tokens are made of, and which of them the credential has.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "All of them.", schema: SchemaOf::of::<PermissionList>() }],
        errors: &[],
    },
};

/// A role to be.
#[derive(Debug, Deserialize, ToSchema)]
struct CreateRole {
    /// 1 to 200 characters; no other role of the organization is called so.
    #[schema(value_type = String, example = "Night watch")]
    name: Member,
    /// Names of permissions.
    #[schema(value_type = Vec<String>)]
    permissions: Member,
}

/// A change of a role. Absent members stay.
#[derive(Debug, Deserialize, ToSchema)]
struct UpdateRole {
    #[schema(value_type = Option<String>)]
    name: Member,
    /// Names of permissions: all that the role is to include.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Member,
}

/// Roles.
#[derive(Debug, Serialize, ToSchema)]
struct RoleList {
    roles: Vec<RoleBody>,
    /// Those that every organization has.
    built_in: Vec<BuiltInRole>,
}

/// A custom role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleBody {
    #[schema(example = "role_01K5N2T7Q8J4W3X6Y9Z0AB")]
    id: String,
    name: String,
    /// What it includes; what a permission includes is listed, too.
    permissions: Vec<&'static str>,
    created_at: String,
}

/// A role that every organization has.
#[derive(Debug, Serialize, ToSchema)]
struct BuiltInRole {
    name: &'static str,
    /// `organization` or `team`.
    of: &'static str,
    permissions: Vec<&'static str>,
}

/// A role that is gone.
#[derive(Debug, Serialize, ToSchema)]
struct DeletedRole {
    id: String,
    removed: bool,
}

/// Permissions.
#[derive(Debug, Serialize, ToSchema)]
struct PermissionList {
    permissions: Vec<PermissionBody>,
}

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
struct PermissionBody {
    #[schema(example = "agent.createOwn")]
    name: &'static str,
    /// A sentence.
    allows: &'static str,
    /// Who has it has this one as well.
    included_in: Option<&'static str>,
    /// Whether it only counts in teams whose role for the person includes it.
    in_teams: bool,
    /// Whether the credential has it.
    held: bool,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let org = own_organization(&caller, &input)?;
    let roles = input.api.parts.roles.list(org).await?;
    ok(&RoleList { roles: roles.iter().map(RoleBody::of).collect(), built_in: built_in() })
}

async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let CreateRole { name, permissions } = input.json()?;
    let name = fields::required("name", fields::parsed("name", name)?)?;
    let permissions = fields::required("permissions", fields::permissions("permissions", permissions)?)?;
    let role = input.api.parts.roles.create(input.author(caller), name, permissions).await?;
    with_status(StatusCode::CREATED, &RoleBody::of(&role))
}

async fn update(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let (id, UpdateRole { name, permissions }) = (id(&input)?, input.json()?);
    let change = RoleChange {
        name: fields::parsed("name", name)?,
        permissions: fields::permissions("permissions", permissions)?,
    };
    if change.name.is_none() && change.permissions.is_none() {
        return Err(ApiError::invalid("permissions", "is required, or name"));
    }
    ok(&RoleBody::of(&input.api.parts.roles.update(input.author(caller), id, change).await?))
}

async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let id = id(&input)?;
    input.api.parts.roles.remove(input.author(caller), id).await?;
    ok(&DeletedRole { id: id.to_string(), removed: true })
}

async fn permissions(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    own_organization(&caller, &input)?;
    let body = |permission: &Permission| PermissionBody {
        name: permission.as_str(),
        allows: permission.allows(),
        included_in: permission.included_in().map(Permission::as_str),
        in_teams: permission.is_of_teams(),
        held: caller.may(*permission),
    };
    ok(&PermissionList { permissions: Permission::ALL.iter().map(body).collect() })
}

fn id(input: &Input) -> Result<RoleId, ApiError> {
    input.path("role_id", "role")
}

fn built_in() -> Vec<BuiltInRole> {
    let role = |name, of, permissions: PermissionSet| BuiltInRole { name, of, permissions: permissions.names() };
    let of_organizations = [OrgRole::Owner, OrgRole::Admin, OrgRole::Member];
    let of_teams = [TeamRole::Manager, TeamRole::Worker];
    let of_organizations = of_organizations.map(|one| role(one.as_str(), "organization", one.permissions()));
    of_organizations.into_iter().chain(of_teams.map(|one| role(one.as_str(), "team", one.permissions()))).collect()
}

impl RoleBody {
    fn of(role: &Role) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
            permissions: role.permissions.names(),
            created_at: role.created_at.to_string(),
        }
    }
}
