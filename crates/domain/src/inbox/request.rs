//! A request of an agent, or of a person on its behalf, that a person answers once.

use std::{fmt, str::FromStr};

use super::Link;
use crate::{AgentId, AgentRequestId, BudgetRequestId, OrgId, Timestamp, UserId};

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgentRequestKind {
    /// The task is not clear.
    Clarification,
    /// More money.
    BudgetIncrease,
    /// Another way to the goal.
    PlanChange,
    /// A secret that the agent lacks.
    SecretNeeded,
    /// Somebody's consent.
    Approval,
    /// The agent cannot go on.
    Blocked,
}

impl AgentRequestKind {
    /// Every kind, in the order of documents.
    pub const ALL: [Self; 6] = [
        Self::Clarification,
        Self::BudgetIncrease,
        Self::PlanChange,
        Self::SecretNeeded,
        Self::Approval,
        Self::Blocked,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clarification => "clarification",
            Self::BudgetIncrease => "budget_increase",
            Self::PlanChange => "plan_change",
            Self::SecretNeeded => "secret_needed",
            Self::Approval => "approval",
            Self::Blocked => "blocked",
        }
    }
}

impl fmt::Display for AgentRequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AgentRequestKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("must be one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// What became of a request. Only `Pending` can change, and only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgentRequestStatus {
    /// Nobody answered yet.
    Pending,
    /// Somebody did what was wanted, or said what to do.
    Resolved,
    /// Somebody said no.
    Rejected,
}

impl AgentRequestStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Resolved => "resolved",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for AgentRequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AgentRequestStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pending" => Ok(Self::Pending),
            "resolved" => Ok(Self::Resolved),
            "rejected" => Ok(Self::Rejected),
            _ => Err("must be pending, resolved or rejected".to_owned()),
        }
    }
}

/// A request and, once there is one, its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRequest {
    /// Its id.
    pub id: AgentRequestId,
    /// Whose.
    pub org: OrgId,
    /// Its place in lists: the sequence of the event that made it.
    pub seq: i64,
    /// The agent that it is about; absent where a person asks for themselves.
    pub agent: Option<AgentId>,
    /// The person who asked; absent where the agent did.
    pub asked_by: Option<UserId>,
    /// What is wanted.
    pub kind: AgentRequestKind,
    /// In a line.
    pub title: String,
    /// In full.
    pub body: String,
    /// Where to look.
    pub link: Option<Link>,
    /// The wish for money that a `budget_increase` with an amount made; both are answered together.
    pub budget_request: Option<BudgetRequestId>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// What became of it.
    pub status: AgentRequestStatus,
    /// What the person said to it.
    pub response: Option<String>,
    /// When it was answered.
    pub resolved_at: Option<Timestamp>,
    /// Who answered.
    pub resolved_by: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_statuses_survive_their_texts() {
        for kind in AgentRequestKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for status in [AgentRequestStatus::Pending, AgentRequestStatus::Resolved, AgentRequestStatus::Rejected] {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        assert!("budget".parse::<AgentRequestKind>().is_err() && "all".parse::<AgentRequestStatus>().is_err());
    }
}
