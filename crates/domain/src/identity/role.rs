//! What people are in an organization: built-in roles, and roles that it makes for itself.

use std::{fmt, str::FromStr};

use super::{Name, Permission, PermissionSet, permission::Holders};
use crate::{InvalidId, OrgId, RoleId, Timestamp, UserId};

/// What a person is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgRole {
    /// May do everything; there is always one.
    Owner,
    /// May do everything but make or remove owners.
    Admin,
    /// May look, and create agents of their own.
    Member,
    /// May what a role of the organization's own includes.
    Custom(RoleId),
}

impl OrgRole {
    /// The shown name; what a custom role is called stands in its row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Custom(_) => "custom",
        }
    }

    /// What a built-in role includes; of a custom one nothing is known here, and so it includes nothing.
    pub fn permissions(self) -> PermissionSet {
        match self {
            Self::Owner | Self::Admin => PermissionSet::all(),
            Self::Member => Permission::held_by(&[Holders::Everyone, Holders::Managers, Holders::Workers]),
            Self::Custom(_) => PermissionSet::EMPTY,
        }
    }

    /// Whether a built-in role includes the permission.
    pub fn grants(self, permission: Permission) -> bool {
        self.permissions().contains(permission)
    }

    /// Whether the role stands as high as the other one, or higher. Of a custom role nothing is known here: it stands as low as
    /// a member's, and what it includes is compared with what its holder has.
    pub const fn covers(self, other: Self) -> bool {
        self.rank() >= other.rank()
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Owner => 2,
            Self::Admin => 1,
            Self::Member | Self::Custom(_) => 0,
        }
    }

    /// The role of the organization's own, where it is one.
    pub const fn custom(self) -> Option<RoleId> {
        match self {
            Self::Custom(id) => Some(id),
            Self::Owner | Self::Admin | Self::Member => None,
        }
    }

    /// From what was stored with [`fmt::Display`].
    ///
    /// # Errors
    ///
    /// Neither a built-in name nor the id of a role.
    pub fn of_stored(text: &str) -> Result<Self, InvalidId> {
        text.parse::<Self>().or_else(|_| text.parse().map(Self::Custom))
    }
}

/// As stored: the built-in name, or the id of the custom role.
impl fmt::Display for OrgRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(id) => id.fmt(f),
            built_in => f.write_str(built_in.as_str()),
        }
    }
}

/// Only the built-in roles have names that everybody knows.
impl FromStr for OrgRole {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "owner" => Ok(Self::Owner),
            "admin" => Ok(Self::Admin),
            "member" => Ok(Self::Member),
            _ => Err("must be owner, admin or member".to_owned()),
        }
    }
}

/// A person's place in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The organization.
    pub org: OrgId,
    /// The person.
    pub user: UserId,
    /// What they are there.
    pub role: OrgRole,
}

/// A role that an organization made for itself, for its members or for members of its teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Whose.
    pub org: OrgId,
    /// How it is called.
    pub name: Name,
    /// What it includes.
    pub permissions: PermissionSet,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a credential finds of its person, read in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonStanding {
    /// What they are in the organization; absent where they do not belong to it.
    pub role: Option<OrgRole>,
    /// What that role includes.
    pub permissions: PermissionSet,
    /// Nobody who runs the installation wants them in at present.
    pub suspended: bool,
    /// What the token was given; absent = all that its owner may.
    pub scope: Option<PermissionSet>,
    /// Sessions that began before do not act there; absent = the person was never removed, or a token was asked about.
    pub sessions_from: Option<Timestamp>,
}

impl PersonStanding {
    /// Whether a session that began then acts in the organization.
    pub fn admits_session(&self, began: Timestamp) -> bool {
        self.sessions_from.is_none_or(|from| began >= from)
    }
}

/// What only tokens of people have, beside their credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenDetail {
    /// What it was given; absent = all that its owner may.
    pub scope: Option<PermissionSet>,
    /// When it was last used, give or take a minute; absent = never.
    pub last_used_at: Option<Timestamp>,
}

/// That a person may neither sign in nor use tokens or sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserSuspension {
    /// The person.
    pub user: UserId,
    /// Since when.
    pub since: Timestamp,
    /// Who said so.
    pub by: UserId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_survives_its_text() {
        for role in [OrgRole::Owner, OrgRole::Admin, OrgRole::Member, OrgRole::Custom(RoleId::new(crate::Uuid::max()))]
        {
            assert_eq!(OrgRole::of_stored(&role.to_string()), Ok(role));
        }
        assert!(
            OrgRole::of_stored("king").is_err()
                && RoleId::new(crate::Uuid::nil()).to_string().parse::<OrgRole>().is_err()
        );
    }

    #[test]
    fn a_role_covers_itself_and_those_below() {
        let roles = [OrgRole::Member, OrgRole::Admin, OrgRole::Owner];
        for (place, role) in roles.iter().enumerate() {
            assert_eq!(roles.map(|other| role.covers(other)), [0, 1, 2].map(|other| other <= place));
        }
    }

    #[test]
    fn an_owner_may_everything_and_a_member_what_members_may() {
        assert_eq!(OrgRole::Owner.permissions(), PermissionSet::all());
        let member = OrgRole::Member.permissions();
        assert!(member.contains(Permission::AgentCreateOwn) && member.contains(Permission::UsageRead));
        for kept in [Permission::MemberChangeRole, Permission::AgentManageAny, Permission::TeamReadAny] {
            assert!(!member.contains(kept), "{kept}");
        }
    }
}
