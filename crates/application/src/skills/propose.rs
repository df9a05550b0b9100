//! An agent, or a person for it, proposes a skill. Nothing changes until somebody says yes.

use serde_json::json;
use upivia_domain::{
    AgentId, SkillProposalId,
    identity::{Name, Permission},
    ports::{Tx, transact},
    skill::{ProposalStatus, SkillProposal},
};

use super::{SkillError, Skills, object};
use crate::{
    access::{Entry, Initiator},
    agents::checked,
};

/// More than somebody would read.
const MOST_PENDING: usize = 20;
const LONGEST_INSTRUCTIONS: usize = 20_000;

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSkill {
    /// What the skill is called. A skill of that name is adjusted.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// How it is done.
    pub instructions: String,
    /// Why, for whoever decides.
    pub reason: Option<String>,
}

impl Skills {
    /// Proposes a skill for an agent.
    ///
    /// # Errors
    ///
    /// See [`SkillError`]; nothing was written.
    pub async fn propose(&self, by: Initiator, agent: AgentId, new: NewSkill) -> Result<SkillProposal, SkillError> {
        let instructions = checked("instructions", Some(new.instructions), LONGEST_INSTRUCTIONS)?;
        let blank = || SkillError::Invalid { field: "instructions", message: "must not be blank".to_owned() };
        let new = NewSkill {
            description: checked("description", new.description, 2_000)?,
            instructions: instructions.ok_or_else(blank)?,
            reason: checked("reason", new.reason, 2_000)?,
            ..new
        };
        let (id, org) = (SkillProposalId::new(self.parts.ids.uuid()), by.org());
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(async move { propose(tx, &by, (id, agent), new).await }))
            .await
    }
}

async fn propose(
    tx: &mut dyn Tx,
    by: &Initiator,
    (id, agent): (SkillProposalId, AgentId),
    new: NewSkill,
) -> Result<SkillProposal, SkillError> {
    by.permit(tx, Permission::SkillPropose).await??;
    let found = tx.agents().find(by.org(), agent).await?;
    let living = found.filter(|one| one.status.is_living());
    living.filter(|_| by.speaks_for(agent)).ok_or(SkillError::NotFound("agent"))?;
    if tx.skills().list(by.org(), agent, ProposalStatus::Pending).await?.len() >= MOST_PENDING {
        return Err(SkillError::TooMany(format!("an agent can have at most {MOST_PENDING} pending skill proposals")));
    }
    let proposal = SkillProposal {
        id,
        org: by.org(),
        agent,
        name: new.name,
        description: new.description,
        instructions: new.instructions,
        reason: new.reason,
        status: ProposalStatus::Pending,
        created_at: tx.now(),
        resolved_at: None,
        resolved_by: None,
    };
    tx.skills().insert(&proposal).await?;
    by.record(tx, entry(&proposal)).await?;
    Ok(proposal)
}

/// What the skill says is free text: it stands in the row, never in the chain.
fn entry(proposal: &SkillProposal) -> Entry {
    let detail = json!({ "name": proposal.name.as_str(), "status": proposal.status.as_str() });
    Entry { kind: "skill.proposed", object: object(proposal.id), agent: Some(proposal.agent), operation: None, detail }
}
