//! One use-case, one transaction.

use std::{future::Future, pin::Pin, sync::Arc, sync::Mutex};

use async_trait::async_trait;

use super::{
    AgentRepository, AgentRequestRepository, BindingRepository, BudgetRequestRepository, CredentialRepository,
    DelegationRepository, InviteRepository, LateEvidenceRepository, MailRepository, MembershipRepository,
    OrganizationRepository, PasswordResetRepository, PlatformAdminRepository, PromoRepository, PublishingRepository,
    RoleRepository, SkillRepository, StandingRepository, StopRepository, StoreError, TeamRepository, UserRepository,
    WebhookRepository,
};
use crate::{
    OrgId, Timestamp,
    audit::NewEvent,
    ledger::{Command, Outcome, Refusal},
};

/// A future that lives as long as the transaction.
pub type BoxFuture<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// Why the transaction ends without a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Abort {
    /// The use-case decided so.
    Rollback,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Abort {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What happens inside. MUST await nothing but the transaction.
pub type Work = Box<dyn for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), Abort>> + Send>;

/// Runs a use-case in one transaction.
///
/// - MUST take the rows of `orgs` first, in id order, exclusively; [`StoreError::LockTimeout`] after two seconds.
/// - MUST commit when the work returns `Ok` and roll back when it returns `Err`, panics, or takes too long
///   (250 ms on SQLite, 5 s elsewhere), before the connection serves anybody else.
/// - MUST go on to the end when the caller drops the future.
/// - MUST bump the epoch of every organization whose policy rows (organizations, teams, agents, bindings, credentials,
///   allocations, stops, standings) were changed.
///   allocations, delegated tasks) were changed.
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// Runs the work; `Err(Abort::Rollback)` is the work's own wish.
    async fn run(&self, orgs: &[OrgId], work: Work) -> Result<(), Abort>;
}

/// An open transaction that holds its organizations' rows.
#[async_trait]
pub trait Tx: Send {
    /// The time of this transaction: never before the last of any of its organizations.
    fn now(&self) -> Timestamp;

    /// Applies a ledger command inside; the same rules as everywhere.
    async fn apply(&mut self, command: &Command) -> Result<Result<Outcome, Refusal>, StoreError>;

    /// Appends an audit event to the chain of one of the held organizations; returns its place.
    async fn append(&mut self, org: OrgId, event: NewEvent) -> Result<i64, StoreError>;

    /// Organizations.
    fn organizations(&mut self) -> &mut dyn OrganizationRepository;
    /// People.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Who belongs where.
    fn memberships(&mut self) -> &mut dyn MembershipRepository;
    /// Teams and allocations.
    fn teams(&mut self) -> &mut dyn TeamRepository;
    /// Workers' wishes for money.
    fn budget_requests(&mut self) -> &mut dyn BudgetRequestRepository;
    /// What agents want from people.
    fn agent_requests(&mut self) -> &mut dyn AgentRequestRepository;
    /// Requests to publish, and publications.
    fn publishing(&mut self) -> &mut dyn PublishingRepository;
    /// Who runs the installation.
    fn platform_admins(&mut self) -> &mut dyn PlatformAdminRepository;
    /// Custom roles.
    fn roles(&mut self) -> &mut dyn RoleRepository;
    /// Agents.
    fn agents(&mut self) -> &mut dyn AgentRepository;
    /// Bindings.
    fn bindings(&mut self) -> &mut dyn BindingRepository;
    /// What people stopped.
    fn stops(&mut self) -> &mut dyn StopRepository;
    /// Whether organizations may spend at all.
    fn standings(&mut self) -> &mut dyn StandingRepository;
    /// Promotional codes.
    fn promos(&mut self) -> &mut dyn PromoRepository;
    /// Keys and tokens.
    fn credentials(&mut self) -> &mut dyn CredentialRepository;
    /// Requests to which evidence came late.
    fn late_evidence(&mut self) -> &mut dyn LateEvidenceRepository;
    /// Delegated tasks.
    fn delegations(&mut self) -> &mut dyn DelegationRepository;
    /// Proposed and learnt skills.
    fn skills(&mut self) -> &mut dyn SkillRepository;
    /// Servers that are told of events.
    fn webhooks(&mut self) -> &mut dyn WebhookRepository;
    /// Mails of the server itself.
    fn mails(&mut self) -> &mut dyn MailRepository;
    /// Invitations.
    fn invites(&mut self) -> &mut dyn InviteRepository;
    /// Links by which people get a new password.
    fn password_resets(&mut self) -> &mut dyn PasswordResetRepository;
}

/// Runs a use-case that returns a value or an error of its own.
///
/// # Errors
///
/// The use-case's error (then nothing was written), or the store's.
pub async fn transact<T, E, F>(unit: &dyn UnitOfWork, orgs: &[OrgId], work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    let slot: Arc<Mutex<Option<Result<T, E>>>> = Arc::default();
    let filled = Arc::clone(&slot);
    let boxed: Work = Box::new(move |tx| {
        Box::pin(async move {
            let result = work(tx).await;
            let verdict = if result.is_ok() { Ok(()) } else { Err(Abort::Rollback) };
            *lock(&filled) = Some(result);
            verdict
        })
    });
    let ended = unit.run(orgs, boxed).await;
    let result = lock(&slot).take();
    match (ended, result) {
        (Ok(()), Some(result)) | (Err(Abort::Rollback), Some(result)) => result,
        (Err(Abort::Store(error)), _) => Err(E::from(error)),
        (_, None) => Err(E::from(StoreError::Internal("the work of a transaction did not end".to_owned()))),
    }
}

fn lock<T>(slot: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
