//! Use-cases: a closure over one transaction.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use upivia_domain::{
    OrgId, Timestamp,
    audit::NewEvent,
    ledger::{Command, Outcome, Refusal},
    ports::{
        Abort, AgentRepository, AgentRequestRepository, BindingRepository, BudgetRequestRepository,
        CredentialRepository, DelegationRepository, InviteRepository, LateEvidenceRepository, MailRepository,
        MembershipRepository, OrganizationRepository, PasswordResetRepository, PlatformAdminRepository,
        PromoRepository, PublishingRepository, RoleRepository, SkillRepository, StandingRepository, StopRepository,
        StoreError, TeamRepository, Tx, UnitOfWork, UserRepository, WebhookRepository, Work,
    },
};

use crate::{
    store::{MemoryStore, to_the_end},
    transaction::Transaction,
};

/// How long a unit of work may hold its organizations.
const WORK_LIMIT: Duration = Duration::from_secs(5);

#[async_trait]
impl UnitOfWork for MemoryStore {
    async fn run(&self, orgs: &[OrgId], work: Work) -> Result<(), Abort> {
        let (store, orgs) = (self.clone(), orgs.to_vec());
        to_the_end(async move { store.run_unit(&orgs, work).await }).await
    }
}

impl MemoryStore {
    async fn run_unit(&self, orgs: &[OrgId], work: Work) -> Result<(), Abort> {
        self.shared.reachable()?;
        let orgs = self.shared.existing(orgs.iter().copied());
        let locks = self.shared.locks.wait_for(&orgs).await?;
        let mut transaction = Transaction::begin(Arc::clone(&self.shared), locks, self.clock.now());
        match tokio::time::timeout(WORK_LIMIT, work(&mut transaction)).await {
            Ok(Ok(())) => transaction.commit().map_err(Abort::Store),
            Ok(Err(abort)) => Err(abort),
            Err(_) => Err(Abort::Store(StoreError::Internal("a unit of work took too long".to_owned()))),
        }
    }
}

#[async_trait]
impl Tx for Transaction {
    fn now(&self) -> Timestamp {
        self.time()
    }

    async fn apply(&mut self, command: &Command) -> Result<Result<Outcome, Refusal>, StoreError> {
        let result = self.apply_one(command);
        self.remember(result)
    }

    async fn append(&mut self, org: OrgId, event: NewEvent) -> Result<i64, StoreError> {
        let now = self.time();
        let seq = self.open(org).map(|open| open.append(&event, now));
        self.remember(seq)
    }

    fn organizations(&mut self) -> &mut dyn OrganizationRepository {
        self
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn memberships(&mut self) -> &mut dyn MembershipRepository {
        self
    }

    fn teams(&mut self) -> &mut dyn TeamRepository {
        self
    }

    fn budget_requests(&mut self) -> &mut dyn BudgetRequestRepository {
        self
    }

    fn agent_requests(&mut self) -> &mut dyn AgentRequestRepository {
        self
    }

    fn publishing(&mut self) -> &mut dyn PublishingRepository {
        self
    }

    fn platform_admins(&mut self) -> &mut dyn PlatformAdminRepository {
        self
    }

    fn roles(&mut self) -> &mut dyn RoleRepository {
        self
    }

    fn agents(&mut self) -> &mut dyn AgentRepository {
        self
    }

    fn bindings(&mut self) -> &mut dyn BindingRepository {
        self
    }

    fn stops(&mut self) -> &mut dyn StopRepository {
        self
    }

    fn standings(&mut self) -> &mut dyn StandingRepository {
        self
    }

    fn promos(&mut self) -> &mut dyn PromoRepository {
        self
    }

    fn credentials(&mut self) -> &mut dyn CredentialRepository {
        self
    }

    fn late_evidence(&mut self) -> &mut dyn LateEvidenceRepository {
        self
    }

    fn delegations(&mut self) -> &mut dyn DelegationRepository {
        self
    }

    fn skills(&mut self) -> &mut dyn SkillRepository {
        self
    }

    fn webhooks(&mut self) -> &mut dyn WebhookRepository {
        self
    }

    fn mails(&mut self) -> &mut dyn MailRepository {
        self
    }

    fn invites(&mut self) -> &mut dyn InviteRepository {
        self
    }

    fn password_resets(&mut self) -> &mut dyn PasswordResetRepository {
        self
    }
}
