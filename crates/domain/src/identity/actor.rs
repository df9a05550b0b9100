//! Who caused an event.

use crate::{AgentId, CredentialId, NodeId, UserId};

/// The one who caused a change, as the audit trail names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// An agent, by one of its keys.
    Agent {
        /// The agent.
        agent: AgentId,
        /// The key it used.
        credential: CredentialId,
    },
    /// A person, by a token or a session.
    User {
        /// The person.
        user: UserId,
        /// The token, absent for a session.
        credential: Option<CredentialId>,
    },
    /// The platform itself, on a node.
    System {
        /// The process.
        node: NodeId,
    },
    /// Somebody at the machine's command line.
    Operator,
}

impl Actor {
    /// What kind of actor it is, as shown.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Agent { .. } => "agent",
            Self::User { .. } => "user",
            Self::System { .. } => "system",
            Self::Operator => "operator",
        }
    }

    /// The actor's id, where it has one.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Agent { agent, .. } => Some(agent.to_string()),
            Self::User { user, .. } => Some(user.to_string()),
            Self::System { node } => Some(node.to_string()),
            Self::Operator => None,
        }
    }

    /// The credential that was used, where one was.
    pub const fn credential(&self) -> Option<CredentialId> {
        match self {
            Self::Agent { credential, .. } => Some(*credential),
            Self::User { credential, .. } => *credential,
            Self::System { .. } | Self::Operator => None,
        }
    }
}
