//! Who belongs to a team, as what.

use std::{fmt, str::FromStr};

use crate::{TeamId, Timestamp, UserId};

/// What a person is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TeamRole {
    /// Gives money of the pool to workers, and says who belongs to the team.
    Manager,
    /// Receives money of the pool.
    Worker,
}

impl TeamRole {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Worker => "worker",
        }
    }
}

impl fmt::Display for TeamRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
