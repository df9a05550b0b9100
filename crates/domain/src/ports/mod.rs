//! What the domain needs from outside, as traits. Every MUST below has a test in the contract suite.

mod approvals;
mod callbacks;
mod error;
mod ledger_store;
mod links;
mod machine;
mod mail;
mod nodes;
mod outbox;
mod outcomes;
mod provider;
mod queries;
mod repositories;
mod scan;
mod sign_in;
mod teams;
mod unit_of_work;
mod usage;

pub use approvals::{ApprovalFilter, ApprovalQueries};
pub use callbacks::{SignatureCheck, WebhookReceipt, WebhookReceipts};
pub use error::StoreError;
pub use ledger_store::{Applied, ApplyMode, LedgerStore, LockWait};
pub use links::{InviteRepository, LinkQueries, PasswordResetRepository};
pub use machine::{Clock, Entropy, Ids, TokenHasher};
pub use mail::{Mail, MailError, Receipt};
pub use nodes::{NodeLease, NodeRegistry, Unfinished};
pub use outbox::{ClaimedMail, MailClaim, MailEnd, MailOutbox, MailRepository, OutboxCounts};
pub use outcomes::{OutcomeFilter, OutcomeQueries};
pub use provider::{PayloadCheck, Provider, ProviderRegistry};
pub use queries::{
    AgentQueries, CredentialQueries, JournalFilter, JournalQueries, LedgerQueries, PeopleQueries, RequestQueries,
};
pub use repositories::{
    AgentRepository, BindingRepository, CredentialRepository, MembershipRepository, OrganizationRepository,
    TeamRepository, UserRepository,
};
pub use scan::{LedgerScan, LedgerScanner, Movement, OpenHold};
pub use sign_in::{
    AttemptSealer, CsrfTokens, IdentityFault, IdentityProvider, PasswordFault, PasswordHasher, SessionCodec,
};
pub use teams::{BudgetRequestFilter, BudgetRequestRepository, PlatformAdminRepository, TeamQueries};
pub use unit_of_work::{Abort, BoxFuture, Tx, UnitOfWork, Work, transact};
pub use usage::{RequestSummary, TotalsFilter, UsageQueries, UsageTotal};

#[cfg(feature = "mocks")]
pub use self::{
    callbacks::MockSignatureCheck,
    machine::{MockClock, MockEntropy, MockIds, MockTokenHasher},
    mail::MockMail,
    nodes::MockNodeRegistry,
    provider::{MockPayloadCheck, MockProvider, MockProviderRegistry},
    sign_in::{MockAttemptSealer, MockCsrfTokens, MockIdentityProvider, MockPasswordHasher, MockSessionCodec},
};
