//! What is published, and to whom.

use std::{fmt, str::FromStr};

use crate::AgentId;

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublishScope {
    /// The members of the thing's team.
    Team,
    /// Everybody in the organization.
    Organization,
    /// Everybody in the organization, and its manifest to everybody in any organization of the installation.
    Marketplace,
}

impl PublishScope {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Organization => "org",
            Self::Marketplace => "marketplace",
        }
    }
}

impl fmt::Display for PublishScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PublishScope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "team" => Ok(Self::Team),
            "org" | "organization" => Ok(Self::Organization),
            "marketplace" => Ok(Self::Marketplace),
            _ => Err("must be team, org or marketplace".to_owned()),
        }
    }
}

/// The thing that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An agent.
    Agent(AgentId),
}

impl Subject {
    /// The stored and shown name of its kind.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
        }
    }

    /// Its id as a text.
    pub fn id(self) -> String {
        match self {
            Self::Agent(id) => id.to_string(),
        }
    }

    /// Back from kind and id.
    ///
    /// # Errors
    ///
    /// No thing of that kind has such an id, in a sentence.
    pub fn parse(kind: &str, id: &str) -> Result<Self, String> {
        match kind {
            "agent" => id.parse().map(Self::Agent).map_err(|error| error.to_string()),
            other => Err(format!("unknown kind {other}")),
        }
    }

    /// The agent, where it is one.
    pub const fn agent(self) -> Option<AgentId> {
        match self {
            Self::Agent(id) => Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn scopes_and_subjects_survive_their_texts() {
        for scope in [PublishScope::Team, PublishScope::Organization, PublishScope::Marketplace] {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        let subject = Subject::Agent(AgentId::new(Uuid::from_u128(7)));
        assert_eq!(Subject::parse(subject.kind(), &subject.id()), Ok(subject));
        assert!(Subject::parse("workflow", &subject.id()).is_err() && Subject::parse("agent", "x").is_err());
    }
}
