//! Who belongs to a team, as what.

use std::{fmt, str::FromStr};

use crate::{
    InvalidId, RoleId, TeamId, Timestamp, UserId,
    identity::{Holders, Permission, PermissionSet},
};

/// What a person is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TeamRole {
    /// Gives money of the pool to workers, and says who belongs to the team.
    Manager,
    /// Receives money of the pool.
    Worker,
    /// May in the team what a role of the organization's own includes.
    Custom(RoleId),
}

impl TeamRole {
    /// The shown name; what a custom role is called stands in its row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Worker => "worker",
            Self::Custom(_) => "custom",
        }
    }

    /// What a built-in role includes; of a custom one nothing is known here, and so it includes nothing.
    pub fn permissions(self) -> PermissionSet {
        match self {
            Self::Manager => Permission::held_by(&[Holders::Managers, Holders::Workers]),
            Self::Worker => Permission::held_by(&[Holders::Workers]),
            Self::Custom(_) => PermissionSet::EMPTY,
        }
    }

    /// The role of the organization's own, where it is one.
    pub const fn custom(self) -> Option<RoleId> {
        match self {
            Self::Custom(id) => Some(id),
            Self::Manager | Self::Worker => None,
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
impl fmt::Display for TeamRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(id) => id.fmt(f),
            built_in => f.write_str(built_in.as_str()),
        }
    }
}

/// Only the built-in roles have names that everybody knows.
impl FromStr for TeamRole {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "manager" => Ok(Self::Manager),
            "worker" => Ok(Self::Worker),
            _ => Err("must be manager or worker".to_owned()),
        }
    }
}

/// A person's place in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamMember {
    /// The team.
    pub team: TeamId,
    /// The person.
    pub user: UserId,
    /// What they are there.
    pub role: TeamRole,
    /// Since when.
    pub created_at: Timestamp,
}
