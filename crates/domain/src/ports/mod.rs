//! What the domain needs from outside, as traits. Every MUST below has a test in the contract suite.

mod approvals;
mod callbacks;
mod error;
mod ledger_store;
mod machine;
mod nodes;
mod provider;
mod queries;
mod repositories;
mod scan;
mod unit_of_work;

pub use approvals::{ApprovalFilter, ApprovalQueries};
pub use callbacks::{SignatureCheck, WebhookReceipt, WebhookReceipts};
pub use error::StoreError;
pub use ledger_store::{Applied, ApplyMode, LedgerStore, LockWait};
pub use machine::{Clock, Entropy, Ids, TokenHasher};
pub use nodes::{NodeLease, NodeRegistry, Unfinished};
pub use provider::{PayloadCheck, Provider, ProviderRegistry};
pub use queries::{AgentQueries, CredentialQueries, JournalFilter, JournalQueries, LedgerQueries, RequestQueries};
pub use repositories::{
    AgentRepository, BindingRepository, CredentialRepository, MembershipRepository, OrganizationRepository,
    TeamRepository, UserRepository,
};
pub use scan::{LedgerScan, LedgerScanner};
pub use unit_of_work::{Abort, BoxFuture, Tx, UnitOfWork, Work, transact};

#[cfg(feature = "mocks")]
pub use self::{
    callbacks::MockSignatureCheck,
    machine::{MockClock, MockEntropy, MockIds, MockTokenHasher},
    nodes::MockNodeRegistry,
    provider::{MockPayloadCheck, MockProvider, MockProviderRegistry},
};
