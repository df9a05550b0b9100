//! What became of a proposal.

use std::{fmt, str::FromStr};

/// `Pending` is answered once; an approved one may later be superseded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProposalStatus {
    /// Nobody answered yet.
    Pending,
    /// It is a skill of the agent.
    Approved,
    /// It never will be.
    Rejected,
    /// It was a skill until a newer one of the same name was approved.
    Superseded,
}

/// A text that names no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be pending, approved, rejected or superseded")]
pub struct InvalidProposalStatus;

impl ProposalStatus {
    const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Rejected, Self::Superseded];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }
}

impl fmt::Display for ProposalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProposalStatus {
    type Err = InvalidProposalStatus;
    fn from_str(text: &str) -> Result<Self, InvalidProposalStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(InvalidProposalStatus)
    }
}
