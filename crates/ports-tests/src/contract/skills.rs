//! Skills that agents propose and people approve.

use upivia_domain::{
    AgentId, SkillProposalId,
    ports::{Clock, StoreError},
    skill::{ProposalStatus, SkillProposal},
};

use crate::{World, tenant::Tenant};

fn proposal(tenant: &Tenant, agent: AgentId) -> SkillProposal {
    SkillProposal {
        id: SkillProposalId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        agent,
        name: "Größe \"quoted\" 株".parse().unwrap(),
        description: None,
        instructions: "First this,\nthen that.".to_owned(),
        reason: Some("it was asked for twice".to_owned()),
        status: ProposalStatus::Pending,
        created_at: tenant.world.clock.now(),
        resolved_at: None,
        resolved_by: None,
    }
}

async fn insert(tenant: &Tenant, proposal: SkillProposal) -> Result<(), StoreError> {
    tenant.attempt(move |tx| Box::pin(async move { tx.skills().insert(&proposal).await })).await
}

/// Proposals survive whole with their answers, are listed newest first by status, and are nobody's business elsewhere.
pub async fn skill_proposals_survive_with_their_answers(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let agent = tenant.spender.agent;
    let old = proposal(&tenant, agent);
    insert(&tenant, old.clone()).await.unwrap();
    world.clock.advance_seconds(1);
    let new = SkillProposal { description: Some("for letters".to_owned()), reason: None, ..proposal(&tenant, agent) };
    insert(&tenant, new.clone()).await.unwrap();

    let (status, resolved_at) = (ProposalStatus::Approved, Some(world.clock.now()));
    let approved = SkillProposal { status, resolved_at, resolved_by: Some(tenant.owner), ..old };
    let (row, org, foreign, pending) = (approved.clone(), tenant.org, other.org, new.clone());
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.skills().find(foreign, row.id).await?, None);
                tx.skills().update(&row).await?;
                assert_eq!(tx.skills().find(org, row.id).await?, Some(row.clone()));
                assert_eq!(tx.skills().list(org, agent, ProposalStatus::Approved).await?, [row]);
                assert_eq!(tx.skills().list(org, agent, ProposalStatus::Pending).await?, [pending]);
                assert_eq!(tx.skills().list(foreign, agent, ProposalStatus::Pending).await?, []);
                Ok(())
            })
        })
        .await
        .unwrap();
    let second = world.second().await;
    let list = async |status, limit| second.skills.skill_proposals(tenant.org, agent, status, limit).await.unwrap();
    assert_eq!(list(None, 9).await, [new.clone(), approved.clone()]);
    assert_eq!(list(None, 1).await, [new]);
    assert_eq!(list(Some(ProposalStatus::Approved), 9).await, [approved]);
    assert_eq!(list(Some(ProposalStatus::Superseded), 9).await, []);
    assert_eq!(second.skills.skill_proposals(other.org, agent, None, 9).await.unwrap(), []);
}

/// An id is used once, for an agent of the organization; what is not there is not changed.
pub async fn a_skill_proposal_is_unique_and_of_one_organization(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let made = proposal(&tenant, tenant.spender.agent);
    insert(&tenant, made.clone()).await.unwrap();
    for wrong in [made.clone(), proposal(&tenant, other.spender.agent)] {
        assert!(matches!(insert(&tenant, wrong.clone()).await, Err(StoreError::Constraint(_))), "{wrong:?}");
    }
    let stranger = SkillProposal { org: other.org, ..made };
    let changed = other.attempt(move |tx| Box::pin(async move { tx.skills().update(&stranger).await })).await;
    assert!(matches!(changed, Err(StoreError::Constraint(_))), "{changed:?}");
}
