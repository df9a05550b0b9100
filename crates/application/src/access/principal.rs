//! The callers that there are.

use upivia_domain::{
    AgentId, CredentialId, Mode, OrgId, UserId,
    identity::{Actor, Email, OrgRole, Permission},
};

/// An agent, by one of its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentCaller {
    /// Whose agent it is.
    pub org: OrgId,
    /// The agent.
    pub agent: AgentId,
    /// The key that it used.
    pub credential: CredentialId,
    /// The world of money that the key opens.
    pub mode: Mode,
}

/// A person in one organization, by a token or a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCaller {
    /// The organization that the token or session is bound to.
    pub org: OrgId,
    /// The person.
    pub user: UserId,
    /// The token; absent for a session.
    pub credential: Option<CredentialId>,
    /// What the person is there.
    pub role: OrgRole,
    /// Where mail reaches them.
    pub email: Email,
}

/// Whoever a credential speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// An agent.
    Agent(AgentCaller),
    /// A person.
    User(UserCaller),
}

impl UserCaller {
    /// As the audit trail names them.
    pub const fn actor(&self) -> Actor {
        Actor::User { user: self.user, credential: self.credential }
    }

    /// Whether their role includes the permission.
    pub const fn may(&self, permission: Permission) -> bool {
        self.role.grants(permission)
    }
}

impl Principal {
    /// The organization whose things they may see.
    pub const fn org(&self) -> OrgId {
        match self {
            Self::Agent(caller) => caller.org,
            Self::User(caller) => caller.org,
        }
    }
}
