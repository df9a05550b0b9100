//! The callers that there are.

use upivia_domain::{
    AgentId, CredentialId, Mode, OrgId, Timestamp, UserId,
    agent::Agent,
    identity::{Actor, Email, OrgRole, Permission, PermissionSet, PersonStanding},
    ports::{StoreError, Tx},
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

impl AgentCaller {
    /// What the audit trail names.
    pub(crate) const fn actor(&self) -> Actor {
        Actor::Agent { agent: self.agent, credential: self.credential }
    }

    /// Whether the key opens the agent in this very transaction: one that was revoked after the caller was let in changes
    /// nothing, and an agent that is ending does nothing any more.
    pub(crate) async fn is_in_force(&self, tx: &mut dyn Tx) -> Result<bool, StoreError> {
        let now = tx.now();
        let key = tx.credentials().find(self.org, self.credential).await?;
        let agent = tx.agents().find(self.org, self.agent).await?;
        let is_alive = |agent: &Agent| agent.status.is_living();
        Ok(key.is_some_and(|key| key.status.is_valid(now)) && agent.as_ref().is_some_and(is_alive))
    }
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
    /// What they may by this credential, as it was when the request came.
    pub permissions: PermissionSet,
    /// What the token was given, where that is less than all that its owner may.
    pub scope: Option<PermissionSet>,
    /// When the session began; absent for a token.
    pub session_began: Option<Timestamp>,
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
    /// Somebody with a built-in role and all that it includes.
    pub fn of_role(org: OrgId, user: UserId, credential: Option<CredentialId>, role: OrgRole, email: Email) -> Self {
        Self { org, user, credential, role, email, permissions: role.permissions(), scope: None, session_began: None }
    }

    /// A person who was found; `None` where they are kept out, or do not belong there.
    pub(crate) fn standing(
        (org, user): (OrgId, UserId),
        credential: Option<CredentialId>,
        email: Email,
        standing: PersonStanding,
    ) -> Option<Self> {
        let (role, scope) = (standing.role.filter(|_| !standing.suspended)?, standing.scope);
        let caller =
            Self { org, user, credential, role, email, permissions: standing.permissions, scope, session_began: None };
        Some(Self { permissions: caller.bounded(caller.permissions), ..caller })
    }

    /// As much of it as the token goes.
    pub(crate) fn bounded(&self, permissions: PermissionSet) -> PermissionSet {
        self.scope.map_or(permissions, |scope| scope.intersection(permissions))
    }

    /// As the audit trail names them.
    pub const fn actor(&self) -> Actor {
        Actor::User { user: self.user, credential: self.credential }
    }

    /// Whether their role and their token both include the permission.
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
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
