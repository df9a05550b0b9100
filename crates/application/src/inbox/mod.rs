//! The inbox: agents ask people, people answer once.
//!
//! Each change is one transaction with its audit event; what was said stands in the rows, never in the chain. Deliberately
//! absent: questions about paid requests ([`crate::approvals`]), and the rules about money, which are those of
//! [`crate::budgets`] also where a request for money is answered here.

mod answer;
mod ask;
mod error;
mod list;

use std::sync::Arc;

use upivia_domain::{
    inbox::AgentRequest,
    ports::{AgentQueries, Ids, InboxQueries, UnitOfWork, UsageQueries},
    team::BudgetRequest,
};

pub use answer::InboxAnswer;
pub(crate) use answer::follow;
pub use ask::{MOST_PENDING, NewAgentRequest, WishedSum};
pub use error::InboxError;
pub use list::{InboxFilter, InboxPage, InboxRow};

/// What the use-cases need.
pub struct InboxParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where requests are read.
    pub inbox: Arc<dyn InboxQueries>,
    /// Agents and their owners.
    pub agents: Arc<dyn AgentQueries>,
    /// Names of agents, also of deleted ones.
    pub names: Arc<dyn UsageQueries>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Inbox {
    parts: InboxParts,
}

/// A request with the wish for money that it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The request.
    pub request: AgentRequest,
    /// Where money is wanted: how that stands.
    pub budget_request: Option<BudgetRequest>,
}

impl Inbox {
    /// Over these parts.
    pub const fn new(parts: InboxParts) -> Self {
        Self { parts }
    }
}
