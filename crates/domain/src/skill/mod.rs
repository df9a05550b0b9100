//! Skills that agents learn: an agent proposes how it would do something from now on, a person says yes or no. An approved
//! proposal is a skill of the agent until another one under the same name takes its place.

mod status;

pub use status::{InvalidProposalStatus, ProposalStatus};

use crate::{AgentId, OrgId, SkillProposalId, Timestamp, UserId, identity::Name};

/// A proposal, and once approved the skill itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillProposal {
    /// Its id.
    pub id: SkillProposalId,
    /// Whose.
    pub org: OrgId,
    /// The agent whose skill it is or would be.
    pub agent: AgentId,
    /// What the skill is called; one skill of an agent has a name at a time.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// How it is done, for the agent.
    pub instructions: String,
    /// Why it is proposed, for whoever decides.
    pub reason: Option<String>,
    /// What became of it.
    pub status: ProposalStatus,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When a person answered.
    pub resolved_at: Option<Timestamp>,
    /// Who answered.
    pub resolved_by: Option<UserId>,
}
