//! Members as the wire knows them.

use serde::{Deserialize, Serialize};
use upivia_application::members::{MemberView, Removed};
use upivia_domain::{UserId, identity::OrgRole};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// Another role: one of the two members.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct SetOrgRole {
    /// `owner`, `admin` or `member`.
    #[schema(value_type = Option<String>, example = "admin")]
    role: Member,
    /// A custom role of the organization.
    #[serde(alias = "roleId")]
    #[schema(value_type = Option<String>)]
    role_id: Member,
}

/// What becomes of one's agents.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LeaveOrg {
    /// Who gets them; absent: the oldest owner.
    #[serde(alias = "agentsTo")]
    #[schema(value_type = Option<String>)]
    agents_to: Member,
}

/// Members.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgMemberList {
    members: Vec<OrgMemberBody>,
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgMemberBody {
    /// The membership: in an organization a person is their own.
    id: String,
    user_id: String,
    email: Option<String>,
    /// `owner`, `admin`, `member` or `custom`.
    #[schema(example = "member")]
    role: &'static str,
    /// The custom role, where it is one.
    role_id: Option<String>,
    /// What it is called.
    role_name: Option<String>,
}

/// What went with a member, and what stayed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftBody {
    user_id: String,
    removed: bool,
    /// How many personal tokens opened the workspace; they are gone.
    tokens_revoked: usize,
    /// How many teams they left.
    teams_left: usize,
    agents: LeftAgentsBody,
}

/// Agents of somebody who left. They stay with the organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftAgentsBody {
    /// How many.
    count: usize,
    ids: Vec<String>,
    /// Whose they are now.
    owner_id: String,
    /// Their keys still work: whoever knew one knows it.
    #[schema(example = "kept")]
    keys: &'static str,
}

impl SetOrgRole {
    pub(super) fn into_role(self) -> Result<OrgRole, ApiError> {
        match (fields::parsed("role", self.role)?, fields::parsed("role_id", self.role_id)?) {
            (Some(_), Some(_)) => Err(ApiError::invalid("role_id", "is there beside role")),
            (Some(role), None) => Ok(role),
            (None, Some(id)) => Ok(OrgRole::Custom(id)),
            (None, None) => Err(ApiError::invalid("role", "is required, or role_id")),
        }
    }
}

impl LeaveOrg {
    pub(super) fn into_heir(self) -> Result<Option<UserId>, ApiError> {
        fields::parsed("agents_to", self.agents_to)
    }
}

impl OrgMemberList {
    pub(super) fn of(members: Vec<MemberView>) -> Self {
        Self { members: members.into_iter().map(OrgMemberBody::from).collect() }
    }
}

impl From<MemberView> for OrgMemberBody {
    fn from(view: MemberView) -> Self {
        let (user, role) = (view.membership.user.to_string(), view.membership.role);
        Self {
            id: user.clone(),
            user_id: user,
            email: view.email.map(|email| email.to_string()),
            role: role.as_str(),
            role_id: role.custom().map(|id| id.to_string()),
            role_name: view.role_name.map(|name| name.to_string()),
        }
    }
}

impl From<Removed> for LeftBody {
    fn from(removed: Removed) -> Self {
        Self {
            user_id: removed.user.to_string(),
            removed: true,
            tokens_revoked: removed.tokens,
            teams_left: removed.teams,
            agents: LeftAgentsBody {
                count: removed.agents.len(),
                ids: removed.agents.iter().map(ToString::to_string).collect(),
                owner_id: removed.heir.to_string(),
                keys: "kept",
            },
        }
    }
}
