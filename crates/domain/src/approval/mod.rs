//! Questions to people: may this request be dearer than the agent may spend alone?

use std::{fmt, str::FromStr};

use crate::{AgentId, ApprovalId, Mode, OrgId, RequestId, Timestamp};

/// What became of a question. Only `Pending` can change, and only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalStatus {
    /// Nobody answered yet.
    Pending,
    /// Somebody said yes, and the request was admitted.
    Approved,
    /// Somebody said no.
    Rejected,
    /// Nobody answered in time.
    Expired,
    /// Another question took its place, or the request could not be admitted any more.
    Withdrawn,
}

impl ApprovalStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Rejected, Self::Expired, Self::Withdrawn];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl fmt::Display for ApprovalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApprovalStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("unknown approval status {text}"))
    }
}

/// A question about one request. What is asked is the request's own content, which cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Whose.
    pub org: OrgId,
    /// About which request.
    pub request: RequestId,
    /// Of which agent.
    pub agent: AgentId,
    /// Live or test.
    pub mode: Mode,
    /// What became of it.
    pub status: ApprovalStatus,
    /// From then on it cannot be given.
    pub expires_at: Timestamp,
    /// The commit sequence of the question: the place in every list.
    pub seq: i64,
    /// When it was answered.
    pub resolved_at: Option<Timestamp>,
    /// Who answered, as the audit trail names them.
    pub resolved_by: Option<String>,
}
