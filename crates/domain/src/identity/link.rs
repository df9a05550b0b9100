//! What a link in a mail opens, once and for a while: an invitation, or the way to a new password. Kept is a keyed hash of
//! the link's token, never the token.

use super::{CredentialHash, Email, OrgRole};
use crate::{InviteId, OrgId, TeamId, Timestamp, UserId, team::TeamRole};

/// A place in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The team.
    pub team: TeamId,
    /// What the person will be there.
    pub role: TeamRole,
}

/// An invitation that nobody has accepted or withdrawn. There is one for an address in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// Into which organization.
    pub org: OrgId,
    /// Whom.
    pub email: Email,
    /// As what.
    pub role: OrgRole,
    /// Also into this team.
    pub seat: Option<Seat>,
    /// By whom.
    pub invited_by: UserId,
    /// The keyed hash of the token.
    pub hash: CredentialHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// Worth nothing from then on.
    pub expires_at: Timestamp,
}

impl Invite {
    /// How long an invitation holds, in seconds: seven days.
    pub const LIFETIME_SECONDS: i64 = 7 * 24 * 60 * 60;

    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

/// A link by which a person gets a new password. Each person has one at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordReset {
    /// Whose.
    pub user: UserId,
    /// The keyed hash of the token.
    pub hash: CredentialHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// Worth nothing from then on.
    pub expires_at: Timestamp,
}

impl PasswordReset {
    /// How long such a link holds, in seconds: one hour.
    pub const LIFETIME_SECONDS: i64 = 60 * 60;

    /// So long after one another is not sent, in seconds: nobody's mailbox is filled by a stranger.
    pub const PAUSE_SECONDS: i64 = 2 * 60;

    /// Whether it can still be used.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Whether another one may take its place; a clock that was set back never locks anybody out.
    pub fn may_be_replaced(&self, now: Timestamp) -> bool {
        let since = now.micros().saturating_sub(self.created_at.micros());
        !(0..Self::PAUSE_SECONDS * 1_000_000).contains(&since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_ends_and_another_one_waits_a_moment() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let user = UserId::new(crate::Uuid::nil());
        let reset = PasswordReset { user, hash: CredentialHash([0; 32]), created_at: at(0), expires_at: at(3_600) };
        assert!(reset.is_open(at(3_599)) && !reset.is_open(at(3_600)));
        assert!(!reset.may_be_replaced(at(0)) && !reset.may_be_replaced(at(119)));
        assert!(reset.may_be_replaced(at(120)) && reset.may_be_replaced(at(-1)));
    }
}
