//! Skills that agents propose for themselves: people say which of them become one.
//!
//! Deliberately absent: operations and workflows, which are bound and granted elsewhere; a skill is how something is done,
//! and grants nothing.

mod decide;
mod error;
mod propose;
mod read;

use std::sync::Arc;

use upivia_domain::{
    SkillProposalId,
    audit::Object,
    ports::{AgentQueries, Ids, SkillQueries, UnitOfWork},
};

pub use decide::Decision;
pub use error::SkillError;
pub use propose::NewSkill;

/// What the use-cases need.
pub struct SkillsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where proposals are read.
    pub skills: Arc<dyn SkillQueries>,
    /// Agents.
    pub agents: Arc<dyn AgentQueries>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Skills {
    parts: SkillsParts,
}

impl Skills {
    /// Over these parts.
    pub const fn new(parts: SkillsParts) -> Self {
        Self { parts }
    }
}

fn object(proposal: SkillProposalId) -> Object {
    Object { kind: "skill_proposal", id: proposal.to_string() }
}
