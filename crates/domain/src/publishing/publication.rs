//! A request to publish, and what it leads to.

use std::{fmt, str::FromStr};

use super::{Manifest, PublishScope, Subject};
use crate::{OrgId, PublicationId, PublishRequestId, TeamId, Timestamp, UserId};

/// What became of a request. Only `Pending` can change, and only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublishRequestStatus {
    /// Nobody answered yet.
    Pending,
    /// Published in the same transaction.
    Approved,
    /// Refused.
    Rejected,
    /// The thing is gone.
    Withdrawn,
}

impl PublishRequestStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl fmt::Display for PublishRequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PublishRequestStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pending" => Ok(Self::Pending),
            "approved" => Ok(Self::Approved),
            "rejected" => Ok(Self::Rejected),
            "withdrawn" => Ok(Self::Withdrawn),
            _ => Err("must be pending, approved, rejected or withdrawn".to_owned()),
        }
    }
}

/// Somebody asks to publish a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishRequest {
    /// Its id.
    pub id: PublishRequestId,
    /// Whose.
    pub org: OrgId,
    /// Its place in lists: the sequence of the event that made it.
    pub seq: i64,
    /// What.
    pub subject: Subject,
    /// To whom.
    pub scope: PublishScope,
    /// The team, where it is to a team.
    pub team: Option<TeamId>,
    /// What is to be seen of it: an approval publishes exactly this.
    pub manifest: Manifest,
    /// For whoever answers.
    pub note: Option<String>,
    /// Who asked.
    pub requested_by: UserId,
    /// When it was asked.
    pub created_at: Timestamp,
    /// What became of it.
    pub status: PublishRequestStatus,
    /// Why.
    pub reason: Option<String>,
    /// When it was answered.
    pub resolved_at: Option<Timestamp>,
    /// Who answered.
    pub resolved_by: Option<UserId>,
    /// What an approval led to.
    pub publication: Option<PublicationId>,
}

/// Whether a publication is in force. Only `Active` can change, and only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicationStatus {
    /// In force.
    Active,
    /// A later one of the same thing to the same people took its place.
    Replaced,
    /// Somebody took it back, or the thing is gone.
    Revoked,
}

impl PublicationStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for PublicationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PublicationStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "replaced" => Ok(Self::Replaced),
            "revoked" => Ok(Self::Revoked),
            _ => Err("must be active, replaced or revoked".to_owned()),
        }
    }
}

/// A thing that more people may see, and clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its id.
    pub id: PublicationId,
    /// Whose.
    pub org: OrgId,
    /// Its place in lists of the organization: the sequence of the event that made it.
    pub seq: i64,
    /// Its place in the marketplace: the sequence of an event of the platform; absent elsewhere.
    pub listing_seq: Option<i64>,
    /// What.
    pub subject: Subject,
    /// To whom.
    pub scope: PublishScope,
    /// The team, where it is to a team.
    pub team: Option<TeamId>,
    /// What is to be seen of it.
    pub manifest: Manifest,
    /// The request that led to it.
    pub request: PublishRequestId,
    /// Who asked for it.
    pub requested_by: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// Whether it is in force.
    pub status: PublicationStatus,
    /// Until when it was.
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_survive_their_texts() {
        use PublishRequestStatus as Asked;
        for status in [Asked::Pending, Asked::Approved, Asked::Rejected, Asked::Withdrawn] {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        for status in [PublicationStatus::Active, PublicationStatus::Replaced, PublicationStatus::Revoked] {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
    }
}
