//! A worker's wish for money of the team's pool.

use std::{fmt, str::FromStr};

use crate::{BudgetRequestId, Mode, NanoUsd, OrgId, TeamId, Timestamp, UserId};

/// What became of a wish. Only `Pending` can change, and only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BudgetRequestStatus {
    /// Nobody answered yet.
    Pending,
    /// Granted: the money was moved in the same transaction.
    Approved,
    /// Refused.
    Rejected,
}

impl BudgetRequestStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for BudgetRequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BudgetRequestStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pending" => Ok(Self::Pending),
            "approved" => Ok(Self::Approved),
            "rejected" => Ok(Self::Rejected),
            _ => Err("must be pending, approved or rejected".to_owned()),
        }
    }
}

/// A worker asks for money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRequest {
    /// Its id.
    pub id: BudgetRequestId,
    /// Whose.
    pub org: OrgId,
    /// From the pool of which team.
    pub team: TeamId,
    /// Who asks, and gets it.
    pub user: UserId,
    /// Live or test money.
    pub mode: Mode,
    /// How much; more than zero.
    pub amount: NanoUsd,
    /// For whoever answers.
    pub reason: Option<String>,
    /// What became of it.
    pub status: BudgetRequestStatus,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it was answered.
    pub resolved_at: Option<Timestamp>,
    /// Who answered.
    pub resolved_by: Option<UserId>,
}
