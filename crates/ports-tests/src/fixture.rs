//! What an adapter supplies so that the suite can run on it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use upivia_domain::ports::{
    AgentQueries, ApprovalQueries, Clock, CredentialQueries, DelegationQueries, InboxQueries, JournalQueries,
    LedgerQueries, LedgerScanner, LedgerStore, LinkQueries, MailOutbox, NodeRegistry, OutcomeQueries, PeopleQueries,
    PromoQueries, PublishingQueries, RequestQueries, SkillQueries, StandingQueries, StopQueries, TeamQueries,
    TokenUses, UnitOfWork, UsageQueries, WebhookOutbox, WebhookQueries, WebhookReceipts,
};

/// Every persistence port of one node.
#[derive(Clone)]
pub struct Ports {
    /// Batches of commands.
    pub ledger: Arc<dyn LedgerStore>,
    /// Use-cases.
    pub unit: Arc<dyn UnitOfWork>,
    /// Credentials, people and memberships.
    pub credentials: Arc<dyn CredentialQueries>,
    /// What people have, and how they prove who they are.
    pub people: Arc<dyn PeopleQueries>,
    /// When tokens were used.
    pub uses: Arc<dyn TokenUses>,
    /// Agents, bindings and teams.
    pub agents: Arc<dyn AgentQueries>,
    /// Questions to people.
    pub approvals: Arc<dyn ApprovalQueries>,
    /// Requests whose outcome somebody may have to find out.
    pub outcomes: Arc<dyn OutcomeQueries>,
    /// Requests.
    pub requests: Arc<dyn RequestQueries>,
    /// Events.
    pub journal: Arc<dyn JournalQueries>,
    /// Heads and meters.
    pub figures: Arc<dyn LedgerQueries>,
    /// Many requests at once.
    pub usage: Arc<dyn UsageQueries>,
    /// Leases and unfinished requests.
    pub nodes: Arc<dyn NodeRegistry>,
    /// Messages of providers.
    pub receipts: Arc<dyn WebhookReceipts>,
    /// Members of teams, allocations and wishes for money.
    pub teams: Arc<dyn TeamQueries>,
    /// What people stopped.
    pub stops: Arc<dyn StopQueries>,
    /// Which organizations may not spend.
    pub standings: Arc<dyn StandingQueries>,
    /// Promotional codes.
    pub promos: Arc<dyn PromoQueries>,
    /// Delegated tasks.
    pub tasks: Arc<dyn DelegationQueries>,
    /// Proposed and learnt skills.
    pub skills: Arc<dyn SkillQueries>,
    /// Endpoints, deliveries and alerts.
    pub webhooks: Arc<dyn WebhookQueries>,
    /// What workers do with them.
    pub webhook_outbox: Arc<dyn WebhookOutbox>,
    /// What the tokens of links open.
    pub links: Arc<dyn LinkQueries>,
    /// Mails on their way.
    pub outbox: Arc<dyn MailOutbox>,
    /// What agents want from people.
    pub inbox: Arc<dyn InboxQueries>,
    /// Requests to publish, publications, and the marketplace.
    pub publishing: Arc<dyn PublishingQueries>,
    /// Consistent views.
    pub scanner: Arc<dyn LedgerScanner>,
}

impl Ports {
    /// Of a store that implements them all.
    pub fn of<S>(store: &Arc<S>) -> Self
    where
        S: LedgerStore + UnitOfWork + CredentialQueries + AgentQueries + RequestQueries + JournalQueries,
        S: ApprovalQueries + OutcomeQueries + LedgerQueries + NodeRegistry + LedgerScanner + UsageQueries,
        S: PeopleQueries + TeamQueries + WebhookReceipts + StopQueries + StandingQueries + PromoQueries + 'static,
        S: PeopleQueries + TeamQueries + WebhookReceipts + DelegationQueries + SkillQueries + 'static,
        S: PeopleQueries + TeamQueries + WebhookReceipts + WebhookQueries + WebhookOutbox + 'static,
        S: PeopleQueries + TeamQueries + TokenUses + WebhookReceipts + 'static,
        S: PeopleQueries + TeamQueries + WebhookReceipts + LinkQueries + MailOutbox + 'static,
        S: PeopleQueries + TeamQueries + WebhookReceipts + InboxQueries + PublishingQueries + 'static,
    {
        Self {
            ledger: store.clone(),
            unit: store.clone(),
            credentials: store.clone(),
            people: store.clone(),
            uses: store.clone(),
            agents: store.clone(),
            approvals: store.clone(),
            outcomes: store.clone(),
            requests: store.clone(),
            journal: store.clone(),
            figures: store.clone(),
            usage: store.clone(),
            nodes: store.clone(),
            receipts: store.clone(),
            teams: store.clone(),
            stops: store.clone(),
            standings: store.clone(),
            promos: store.clone(),
            tasks: store.clone(),
            skills: store.clone(),
            webhooks: store.clone(),
            webhook_outbox: store.clone(),
            links: store.clone(),
            outbox: store.clone(),
            inbox: store.clone(),
            publishing: store.clone(),
            scanner: store.clone(),
        }
    }
}

/// How far a lock reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locking {
    /// Each organization by itself: while one is held, the others go on.
    EachOrganization,
    /// One writer at a time for everything: whoever holds one organization holds them all, and the others wait for it.
    WholeStore,
}

/// One store with no rows but those of the reserved platform organization ([`upivia_domain::OrgId::PLATFORM`]), whose
/// head exists from the beginning.
///
/// The function given to [`crate::contract_suite!`] makes one for each test: tests run side by side.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// A node on the store's data, with that clock. Called twice it gives two nodes that share the data and nothing else:
    /// their own connections, and caches of their own. Where only one process may write, they may share the writer, but
    /// each asks its own clock.
    async fn open(&self, clock: Arc<dyn Clock>) -> Ports;

    /// How far a lock reaches.
    fn locking(&self) -> Locking;

    /// How long a unit of work may take.
    fn work_limit(&self) -> Duration;

    /// The next commit that anybody of this store sends, of a batch or a unit of work, is done, but its answer gets lost.
    fn lose_next_commit_answer(&self);

    /// The next batch of this store panics once its commands are decided and some of its rows are written, before COMMIT.
    fn panic_in_next_batch(&self);
}
