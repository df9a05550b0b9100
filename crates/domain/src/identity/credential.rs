//! Keys and tokens: what is kept of them, never the secret.

use crate::{AgentId, CredentialId, Mode, OrgId, Timestamp, UserId};

/// The shape of a bearer token, told by its first characters (contract §1, credentials).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `agent_key_live_…` or `agent_key_test_…`.
    AgentKey(Mode),
    /// `upivia_pat_live_…`.
    PersonalToken,
}

impl TokenKind {
    const ALL: [Self; 3] = [Self::AgentKey(Mode::Live), Self::AgentKey(Mode::Test), Self::PersonalToken];

    /// What every token of this kind begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AgentKey(Mode::Live) => "agent_key_live_",
            Self::AgentKey(Mode::Test) => "agent_key_test_",
            Self::PersonalToken => "upivia_pat_live_",
        }
    }

    /// The kind of a token, or `None` for a text that is none of ours.
    pub fn of(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| token.len() > kind.prefix().len() && token.starts_with(kind.prefix()))
    }
}

/// The keyed hash under which a secret is found again; computed by the [`crate::ports::TokenHasher`] port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CredentialHash(pub [u8; 32]);

/// Whom a credential speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// An agent, in one mode.
    AgentKey {
        /// The agent.
        agent: AgentId,
        /// The world of money that the key opens.
        mode: Mode,
    },
    /// A person, in the one organization that the token is bound to.
    PersonalToken {
        /// The person.
        user: UserId,
    },
}

/// Whether a credential still opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialStatus {
    /// Revoked or rotated away.
    pub revoked: bool,
    /// Dead from then on.
    pub expires_at: Option<Timestamp>,
}

impl CredentialStatus {
    /// In force, without an end.
    pub const ACTIVE: Self = Self { revoked: false, expires_at: None };

    /// Whether it opens anything at that instant.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        !self.revoked && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A stored credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its public id.
    pub id: CredentialId,
    /// The organization it opens.
    pub org: OrgId,
    /// Whom it speaks for.
    pub kind: CredentialKind,
    /// The keyed hash of the secret.
    pub hash: CredentialHash,
    /// A label for people, for example the token's name.
    pub label: String,
    /// Whether it is in force.
    pub status: CredentialStatus,
    /// When it was made.
    pub created_at: Timestamp,
}
