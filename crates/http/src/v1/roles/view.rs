//! Roles and permissions as the wire knows them.

use serde::{Deserialize, Serialize};
use upivia_application::{access::UserCaller, roles::RoleChange};
use upivia_domain::{
    RoleId,
    identity::{Name, OrgRole, Permission, PermissionSet, Role},
    team::TeamRole,
};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// A role to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateRole {
    /// 1 to 200 characters; no other role of the organization is called so.
    #[schema(value_type = String, example = "Night watch")]
    name: Member,
    /// Names of permissions.
    #[schema(value_type = Vec<String>)]
    permissions: Member,
}

/// A change of a role. Absent members stay.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct UpdateRole {
    #[schema(value_type = Option<String>)]
    name: Member,
    /// Names of permissions: all that the role is to include.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Member,
}

/// Roles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleList {
    roles: Vec<RoleBody>,
    /// Those that every organization has.
    built_in: Vec<BuiltInRole>,
}

/// A custom role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleBody {
    #[schema(example = "role_01K5N2T7Q8J4W3X6Y9Z0AB")]
    id: String,
    name: String,
    /// What it includes; what a permission includes is listed, too.
    permissions: Vec<&'static str>,
    created_at: String,
}

/// A role that every organization has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuiltInRole {
    name: &'static str,
    /// `organization` or `team`.
    of: &'static str,
    permissions: Vec<&'static str>,
}

/// A role that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedRole {
    id: String,
    removed: bool,
}

/// Permissions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionList {
    permissions: Vec<PermissionBody>,
}

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionBody {
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

impl CreateRole {
    pub(super) fn into_parts(self) -> Result<(Name, PermissionSet), ApiError> {
        let name = fields::required("name", fields::parsed("name", self.name)?)?;
        let permissions = fields::permissions("permissions", self.permissions)?;
        Ok((name, fields::required("permissions", permissions)?))
    }
}

impl UpdateRole {
    pub(super) fn into_change(self) -> Result<RoleChange, ApiError> {
        let name = fields::parsed("name", self.name)?;
        let permissions = fields::permissions("permissions", self.permissions)?;
        if name.is_none() && permissions.is_none() {
            return Err(ApiError::invalid("permissions", "is required, or name"));
        }
        Ok(RoleChange { name, permissions })
    }
}

impl RoleList {
    pub(super) fn of(roles: &[Role]) -> Self {
        Self { roles: roles.iter().map(RoleBody::of).collect(), built_in: built_in() }
    }
}

impl DeletedRole {
    pub(super) fn of(id: RoleId) -> Self {
        Self { id: id.to_string(), removed: true }
    }
}

impl PermissionList {
    /// All that there are, as that caller has them.
    pub(super) fn of(caller: &UserCaller) -> Self {
        let body = |permission: &Permission| PermissionBody {
            name: permission.as_str(),
            allows: permission.allows(),
            included_in: permission.included_in().map(Permission::as_str),
            in_teams: permission.is_of_teams(),
            held: caller.may(*permission),
        };
        Self { permissions: Permission::ALL.iter().map(body).collect() }
    }
}

fn built_in() -> Vec<BuiltInRole> {
    let role = |name, of, permissions: PermissionSet| BuiltInRole { name, of, permissions: permissions.names() };
    let of_organizations = [OrgRole::Owner, OrgRole::Admin, OrgRole::Member];
    let of_teams = [TeamRole::Manager, TeamRole::Worker];
    let of_organizations = of_organizations.map(|one| role(one.as_str(), "organization", one.permissions()));
    of_organizations.into_iter().chain(of_teams.map(|one| role(one.as_str(), "team", one.permissions()))).collect()
}

impl RoleBody {
    pub(super) fn of(role: &Role) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
            permissions: role.permissions.names(),
            created_at: role.created_at.to_string(),
        }
    }
}
