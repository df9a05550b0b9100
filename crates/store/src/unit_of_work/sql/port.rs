//! The open transaction as use-cases see it.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, Timestamp,
    audit::NewEvent,
    ledger::{Command, Outcome, Refusal},
    ports::{
        AgentRepository, AgentRequestRepository, BindingRepository, BudgetRequestRepository, CredentialRepository,
        DelegationRepository, InviteRepository, LateEvidenceRepository, MailRepository, MembershipRepository,
        OrganizationRepository, PasswordResetRepository, PlatformAdminRepository, PromoRepository,
        PublishingRepository, RoleRepository, SkillRepository, StandingRepository, StopRepository, StoreError,
        TeamRepository, Tx, UserRepository, WebhookRepository,
    },
};

use super::OpenTx;

#[async_trait]
impl Tx for OpenTx<'_> {
    fn now(&self) -> Timestamp {
        self.time()
    }

    async fn apply(&mut self, command: &Command) -> Result<Result<Outcome, Refusal>, StoreError> {
        self.apply_one(command).await
    }

    async fn append(&mut self, org: OrgId, event: NewEvent) -> Result<i64, StoreError> {
        self.check()?;
        let now = self.time();
        Ok(self.held(org)?.append(event.draft(), now))
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
