//! Where a task stands, and who may say so.

use std::{fmt, str::FromStr};

/// One of the two who share a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who gave it.
    Parent,
    /// Who works on it.
    Child,
}

/// Where a task stands. It only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskStatus {
    /// Given. It binds already.
    Pending,
    /// The child took it on.
    Accepted,
    /// The child works on it.
    InProgress,
    /// The child reached the objective.
    Completed,
    /// The child did not.
    Failed,
    /// The parent took it back.
    Cancelled,
}

/// A text that names no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be pending, accepted, in_progress, completed, failed or cancelled")]
pub struct InvalidTaskStatus;

impl TaskStatus {
    /// Every status, in the order in which they follow each other.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Accepted, Self::InProgress, Self::Completed, Self::Failed, Self::Cancelled];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether requests may still be made for the task.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Accepted | Self::InProgress)
    }

    /// Whose word it is; nobody says that a task is pending.
    pub const fn said_by(self) -> Option<Side> {
        match self {
            Self::Pending => None,
            Self::Accepted | Self::InProgress | Self::Completed | Self::Failed => Some(Side::Child),
            Self::Cancelled => Some(Side::Parent),
        }
    }

    /// Whether a task that stands here may go there: forward, steps may be left out.
    pub const fn may_become(self, next: Self) -> bool {
        self.is_open() && next.step() > self.step()
    }

    const fn step(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Accepted => 1,
            Self::InProgress => 2,
            Self::Completed | Self::Failed | Self::Cancelled => 3,
        }
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TaskStatus {
    type Err = InvalidTaskStatus;
    fn from_str(text: &str) -> Result<Self, InvalidTaskStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(InvalidTaskStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_only_moves_forward_and_ends_once() {
        for from in TaskStatus::ALL {
            assert_eq!(from.as_str().parse(), Ok(from));
            assert!(!from.may_become(from) && !from.may_become(TaskStatus::Pending));
            for to in TaskStatus::ALL {
                assert!(!(from.may_become(to) && to.may_become(from)), "{from} and {to} follow each other");
                assert!(from.is_open() || !from.may_become(to), "{from} is an end");
                assert!(!from.is_open() || to.is_open() || from.may_become(to), "{from} can always end");
            }
        }
        assert!(!TaskStatus::InProgress.may_become(TaskStatus::Accepted));
    }
}
