//! The stop switch: a person stops all spending of an organization, a team, or an agent and everything below it.
//!
//! A stop refuses what is not admitted yet. What was admitted before goes on, ends and settles. Who may stop and resume is
//! not decided here.

use std::{fmt, str::FromStr};

use super::AgentPolicy;
use crate::{
    AgentId, OrgId, TeamId, Timestamp, UserId,
    budget::{Reason, ReasonCode},
};

/// What a stop reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopScope {
    /// Every agent of the organization.
    Organization,
    /// Every agent of a team, and everything that such an agent spawned.
    Team(TeamId),
    /// An agent, and everything that descends from it, now or later.
    AgentTree(AgentId),
}

/// A text that names nothing that can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected organization, team/… or agent_tree/…")]
pub struct InvalidStopScope;

/// A stop in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Whose.
    pub org: OrgId,
    /// What it reaches.
    pub scope: StopScope,
    /// Why, for those who ask later.
    pub reason: String,
    /// Who stopped it.
    pub stopped_by: UserId,
    /// When.
    pub stopped_at: Timestamp,
}

impl StopScope {
    /// The scope in the reasons of a refusal.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Team(_) => "team",
            Self::AgentTree(_) => "agent_tree",
        }
    }

    /// Whether the agent is reached, given those it descends from.
    pub fn reaches(&self, agent: &AgentPolicy, ancestors: &[&AgentPolicy]) -> bool {
        let mut lineage = std::iter::once(agent).chain(ancestors.iter().copied());
        match self {
            Self::Organization => true,
            Self::Team(team) => lineage.any(|one| one.team.as_ref().is_some_and(|own| own.id == *team)),
            Self::AgentTree(root) => lineage.any(|one| one.id == *root),
        }
    }

    /// What a refusal says because of it.
    pub const fn refusal(&self) -> Reason {
        Reason::plain(ReasonCode::OrganizationSuspended, self.kind())
    }
}

impl fmt::Display for StopScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization => f.write_str(self.kind()),
            Self::Team(team) => write!(f, "{}/{team}", self.kind()),
            Self::AgentTree(agent) => write!(f, "{}/{agent}", self.kind()),
        }
    }
}

impl FromStr for StopScope {
    type Err = InvalidStopScope;
    fn from_str(text: &str) -> Result<Self, InvalidStopScope> {
        match text.split_once('/') {
            None if text == Self::Organization.kind() => Ok(Self::Organization),
            Some(("team", team)) => team.parse().map(Self::Team).map_err(|_| InvalidStopScope),
            Some(("agent_tree", agent)) => agent.parse().map(Self::AgentTree).map_err(|_| InvalidStopScope),
            _ => Err(InvalidStopScope),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn a_scope_survives_its_text(value: u128, which in 0..3_u8) {
            let scope = match which {
                0 => StopScope::Organization,
                1 => StopScope::Team(TeamId::new(Uuid::from_u128(value))),
                _ => StopScope::AgentTree(AgentId::new(Uuid::from_u128(value))),
            };
            prop_assert_eq!(scope.to_string().parse(), Ok(scope));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<StopScope>();
            let _ = format!("team/{text}").parse::<StopScope>();
        }
    }
}
