//! The open transaction as use-cases see it.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, Timestamp,
    audit::NewEvent,
    ledger::{Command, Outcome, Refusal},
    ports::{
        AgentRepository, AgentRequestRepository, BindingRepository, BudgetRequestRepository, CredentialRepository,
        MembershipRepository, OrganizationRepository, PlatformAdminRepository, PublishingRepository, StoreError,
        TeamRepository, Tx, UserRepository,
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

    fn agents(&mut self) -> &mut dyn AgentRepository {
        self
    }

    fn bindings(&mut self) -> &mut dyn BindingRepository {
        self
    }

    fn credentials(&mut self) -> &mut dyn CredentialRepository {
        self
    }
}
