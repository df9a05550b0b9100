//! A person says yes or no to a proposed skill.

use serde_json::json;
use upivia_domain::{
    AgentId, SkillProposalId,
    identity::Permission,
    ports::{Tx, transact},
    skill::{ProposalStatus, SkillProposal},
};

use super::{SkillError, Skills, object};
use crate::access::{Author, Entry};

/// More than an agent could heed.
const MOST_SKILLS: usize = 100;

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// From now on it is a skill of the agent, in place of one of the same name.
    Approve,
    /// It never will be.
    Reject,
}

impl Skills {
    /// Answers a proposal. The same answer again gives the present state; the opposite one is [`SkillError::Resolved`].
    ///
    /// # Errors
    ///
    /// See [`SkillError`]; nothing was written.
    pub async fn decide(
        &self,
        author: Author,
        (agent, id): (AgentId, SkillProposalId),
        decision: Decision,
    ) -> Result<SkillProposal, SkillError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { decide(tx, &author, (agent, id), decision).await })
        })
        .await
    }
}

async fn decide(
    tx: &mut dyn Tx,
    author: &Author,
    (agent, id): (AgentId, SkillProposalId),
    decision: Decision,
) -> Result<SkillProposal, SkillError> {
    author.require(tx, Permission::SkillDecide, SkillError::Forbidden).await?;
    let found = tx.skills().find(author.org(), id).await?;
    let proposal = found.filter(|one| one.agent == agent).ok_or(SkillError::NotFound("skill proposal"))?;
    match (proposal.status, decision) {
        (ProposalStatus::Pending, Decision::Reject) => {
            resolve(tx, author, proposal, ProposalStatus::Rejected, "skill.rejected").await
        }
        (ProposalStatus::Pending, Decision::Approve) => {
            make_room(tx, author, &proposal).await?;
            resolve(tx, author, proposal, ProposalStatus::Approved, "skill.approved").await
        }
        (ProposalStatus::Approved | ProposalStatus::Superseded, Decision::Approve)
        | (ProposalStatus::Rejected, Decision::Reject) => Ok(proposal),
        _ => Err(SkillError::Resolved),
    }
}

/// One skill of a name at a time: the one before makes room.
async fn make_room(tx: &mut dyn Tx, author: &Author, new: &SkillProposal) -> Result<(), SkillError> {
    let skills = tx.skills().list(author.org(), new.agent, ProposalStatus::Approved).await?;
    let (same, others): (Vec<_>, Vec<_>) = skills.into_iter().partition(|skill| skill.name == new.name);
    if others.len() >= MOST_SKILLS {
        return Err(SkillError::TooMany(format!("an agent can have at most {MOST_SKILLS} skills")));
    }
    for skill in same {
        let superseded = SkillProposal { status: ProposalStatus::Superseded, ..skill };
        tx.skills().update(&superseded).await?;
        author.record(tx, entry("skill.superseded", &superseded)).await?;
    }
    Ok(())
}

async fn resolve(
    tx: &mut dyn Tx,
    author: &Author,
    proposal: SkillProposal,
    status: ProposalStatus,
    kind: &'static str,
) -> Result<SkillProposal, SkillError> {
    let (resolved_at, resolved_by) = (Some(tx.now()), Some(author.caller.user));
    let resolved = SkillProposal { status, resolved_at, resolved_by, ..proposal };
    tx.skills().update(&resolved).await?;
    author.record(tx, entry(kind, &resolved)).await?;
    Ok(resolved)
}

fn entry(kind: &'static str, proposal: &SkillProposal) -> Entry {
    let detail = json!({ "name": proposal.name.as_str(), "status": proposal.status.as_str() });
    Entry { kind, object: object(proposal.id), agent: Some(proposal.agent), operation: None, detail }
}
