//! Agents: identities that spend.

mod character;
mod health;
mod origin;

use std::{fmt, str::FromStr};

pub use character::{Character, InvalidMemoryMode, MemoryMode};
pub use health::{AgentHealth, EndedCall, HealthClass};
pub use origin::{InvalidOrigin, Origin};

use crate::{AgentId, NanoUsd, OrgId, TeamId, Timestamp, UserId, identity::Name};

/// How many generations a spawned agent may be away from one that a person made.
pub const MAX_DEPTH: usize = 3;

/// How many living children an agent may have at once: with [`MAX_DEPTH`] this bounds every tree.
pub const MAX_CHILDREN: usize = 100;

/// Whether an agent may dispatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentStatus {
    /// Normal.
    Active,
    /// Stopped for a while.
    Paused,
    /// Stopped for good, still listed.
    Disabled,
    /// Its keys are dead and its bindings gone; it is deleted when its last hold ends.
    Ending,
    /// Gone.
    Deleted,
}

impl AgentStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Ending => "ending",
            Self::Deleted => "deleted",
        }
    }

    /// Whether it is one that a person may choose. The others are what deleting leads to: such an agent does nothing any more.
    pub const fn is_living(self) -> bool {
        matches!(self, Self::Active | Self::Paused | Self::Disabled)
    }
}

impl FromStr for AgentStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "paused" => Ok(Self::Paused),
            "disabled" => Ok(Self::Disabled),
            "ending" => Ok(Self::Ending),
            "deleted" => Ok(Self::Deleted),
            other => Err(format!("unknown agent status {other}")),
        }
    }
}

impl fmt::Display for AgentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where an agent comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentKind {
    /// Made by a person.
    Standard,
    /// The organization's default orchestrator "Yupi": cannot be deleted.
    Yupi,
    /// Spawned by another agent; spends from an account of its own.
    Spawned,
}

impl AgentKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Yupi => "yupi",
            Self::Spawned => "spawned",
        }
    }

    /// Why such an agent cannot be deleted, in a sentence; `None` where it can.
    pub const fn never_deleted(self) -> Option<&'static str> {
        match self {
            Self::Standard | Self::Spawned => None,
            Self::Yupi => Some("Yupi, the default agent, cannot be deleted; it can be paused"),
        }
    }

    /// Why such an agent cannot be disabled, in a sentence; `None` where it can. Pausing, the stop switch, is always there.
    pub const fn never_disabled(self) -> Option<&'static str> {
        match self {
            Self::Standard | Self::Spawned => None,
            Self::Yupi => Some("Yupi, the default agent, cannot be disabled; it can be paused"),
        }
    }
}

impl FromStr for AgentKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "standard" => Ok(Self::Standard),
            "yupi" => Ok(Self::Yupi),
            "spawned" => Ok(Self::Spawned),
            other => Err(format!("unknown agent kind {other}")),
        }
    }
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Whose agent it is.
    pub org: OrgId,
    /// The team it works in; its money may come from there.
    pub team: Option<TeamId>,
    /// The person who answers for it.
    pub owner: UserId,
    /// Its name.
    pub name: Name,
    /// For people.
    pub description: Option<String>,
    /// For people.
    pub icon: Option<String>,
    /// For people.
    pub category: Option<String>,
    /// The model that it talks with unless told otherwise.
    pub default_model_id: Option<String>,
    /// What it is told before every conversation.
    pub system_prompt: Option<String>,
    /// How it speaks and what it remembers.
    pub character: Character,
    /// Where it comes from.
    pub kind: AgentKind,
    /// Whether it may dispatch.
    pub status: AgentStatus,
    /// What it may spend in a month; absent = no limit.
    pub month_cap: Option<NanoUsd>,
    /// Whom it descends from, the oldest first, the parent last; empty for an agent that a person made.
    pub ancestors: Vec<AgentId>,
    /// Where its money came from, and where what it leaves goes; absent for an agent that a person made.
    pub origin: Option<Origin>,
    /// When it was made.
    pub created_at: Timestamp,
}
