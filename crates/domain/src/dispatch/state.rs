//! The states of a request. They only move forward.

use std::{fmt, str::FromStr};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// Waits for a person; no money is held.
    ApprovalRequired,
    /// Money is held; the provider has certainly not been called.
    Admitted,
    /// The provider may have been called.
    Dispatching,
    /// The provider accepted and will report the outcome later.
    Running,
    /// The provider may have executed; nobody knows yet. The hold stands.
    Unknown,
    /// Done and charged.
    Executed,
    /// Not done.
    Failed,
    /// Stopped by policy, budget or balance, or by a person.
    Blocked,
}

impl RequestState {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApprovalRequired => "approval_required",
            Self::Admitted => "admitted",
            Self::Dispatching => "dispatching",
            Self::Running => "running",
            Self::Unknown => "unknown",
            Self::Executed => "executed",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
        }
    }

    /// The name on the wire: whatever is neither ended nor waiting for a person is running (contract §2).
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Admitted | Self::Dispatching | Self::Running | Self::Unknown => "running",
            other => other.as_str(),
        }
    }

    /// Nothing more is expected.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Executed | Self::Failed | Self::Blocked)
    }

    /// A hold is open.
    pub const fn holds_money(self) -> bool {
        matches!(self, Self::Admitted | Self::Dispatching | Self::Running | Self::Unknown)
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RequestState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        const ALL: [RequestState; 8] = [
            RequestState::ApprovalRequired,
            RequestState::Admitted,
            RequestState::Dispatching,
            RequestState::Running,
            RequestState::Unknown,
            RequestState::Executed,
            RequestState::Failed,
            RequestState::Blocked,
        ];
        ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| format!("unknown request state {text}"))
    }
}
