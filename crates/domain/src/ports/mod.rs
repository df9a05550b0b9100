//! What the domain needs from outside, as traits. Every MUST below has a test in the contract suite.

mod approvals;
mod callbacks;
mod delegations;
mod error;
mod inbox;
mod ledger_store;
mod links;
mod machine;
mod mail;
mod nodes;
mod outbox;
mod outcomes;
mod promos;
mod provider;
mod publishing;
mod queries;
mod repositories;
mod roles;
mod scan;
mod sign_in;
mod skills;
mod standings;
mod stops;
mod teams;
mod unit_of_work;
mod usage;
mod webhooks;

pub use approvals::{ApprovalFilter, ApprovalQueries};
pub use callbacks::{SignatureCheck, WebhookReceipt, WebhookReceipts};
pub use delegations::{DelegationQueries, DelegationRepository, TaskFilter};
pub use error::StoreError;
pub use inbox::{AgentRequestFilter, AgentRequestRepository, Asker, InboxQueries, InboxSight};
pub use ledger_store::{Applied, ApplyMode, LedgerStore, LockWait};
pub use links::{InviteRepository, LinkQueries, PasswordResetRepository};
pub use machine::{Clock, Entropy, Ids, TokenHasher};
pub use mail::{Mail, MailError, Receipt};
pub use nodes::{NodeLease, NodeRegistry, Unfinished};
pub use outbox::{ClaimedMail, MailClaim, MailEnd, MailOutbox, MailRepository, OutboxCounts};
pub use outcomes::{LateEvidenceRepository, OutcomeFilter, OutcomeQueries};
pub use promos::{PromoQueries, PromoRepository};
pub use provider::{PayloadCheck, Provider, ProviderRegistry};
pub use publishing::{
    PublicationFilter, PublishRequestFilter, PublishingQueries, PublishingRepository, PublishingSight,
};
pub use queries::{
    AgentQueries, CredentialQueries, JournalFilter, JournalQueries, LedgerQueries, PeopleQueries, RequestQueries,
};
pub use repositories::{
    AgentRepository, BindingRepository, CredentialRepository, MembershipRepository, OrganizationRepository,
    TeamRepository, UserRepository,
};
pub use roles::{RoleRepository, TokenUses};
pub use scan::{LedgerScan, LedgerScanner, Movement, OpenHold};
pub use sign_in::{
    AttemptSealer, CsrfTokens, IdentityFault, IdentityProvider, PasswordFault, PasswordHasher, SessionCodec,
};
pub use skills::{SkillQueries, SkillRepository};
pub use standings::{StandingQueries, StandingRepository};
pub use stops::{StopQueries, StopRepository};
pub use teams::{BudgetRequestFilter, BudgetRequestRepository, PlatformAdminRepository, TeamQueries};
pub use unit_of_work::{Abort, BoxFuture, Tx, UnitOfWork, Work, transact};
pub use usage::{RequestSummary, TotalsFilter, UsageQueries, UsageTotal};
pub use webhooks::{
    AlertFilter, Claim, DeliveryFilter, Parcel, Reading, Unread, WebhookOutbox, WebhookQueries, WebhookRepository,
    WebhookSender,
};

#[cfg(feature = "mocks")]
pub use self::{
    callbacks::MockSignatureCheck,
    machine::{MockClock, MockEntropy, MockIds, MockTokenHasher},
    mail::MockMail,
    nodes::MockNodeRegistry,
    provider::{MockPayloadCheck, MockProvider, MockProviderRegistry},
    sign_in::{MockAttemptSealer, MockCsrfTokens, MockIdentityProvider, MockPasswordHasher, MockSessionCodec},
    webhooks::MockWebhookSender,
};
