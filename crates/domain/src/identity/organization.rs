//! An organization, also called workspace: an isolated world of money, people, agents and audit.

use std::{fmt, str::FromStr};

use super::Name;
use crate::{OrgId, Timestamp, time::Calendar};

/// Whether an organization's agents may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganizationStatus {
    /// Normal.
    Active,
    /// Stopped by an administrator; nothing is admitted.
    Suspended,
    /// Being closed; nothing is admitted, what is open still ends.
    Closing,
    /// Closed for good: nothing is open any more. What money is left stays until it is paid out.
    Closed,
}

impl OrganizationStatus {
    /// Whether its owner gave it up; there is no way back.
    pub const fn is_given_up(self) -> bool {
        matches!(self, Self::Closing | Self::Closed)
    }

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for OrganizationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrganizationStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            "closing" => Ok(Self::Closing),
            "closed" => Ok(Self::Closed),
            other => Err(format!("unknown organization status {other}")),
        }
    }
}

/// An organization as created; what changes often is its [`crate::ledger::OrgHead`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: Name,
    /// The zone that cuts its days and months.
    pub calendar: Calendar,
    /// When it was made.
    pub created_at: Timestamp,
}
