//! Questions that wait for a person: list them, answer them, let them expire.
//!
//! An approval is one transaction (permission, decision, hold, audit); the provider is called after its commit, under the
//! same fence as any request.

mod answer;
mod error;
mod list;
mod sweep;

use std::sync::Arc;

use upivia_domain::ports::{ApprovalQueries, Clock, Ids, RequestQueries, UnitOfWork};

use crate::{dispatch::Dispatcher, ledger::GroupCommit, node::Node};

pub use error::ApprovalError;
pub use list::{ApprovalPage, Question};

/// What the use-cases need.
pub struct ApprovalsParts {
    /// Where answers are written.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where questions are read.
    pub approvals: Arc<dyn ApprovalQueries>,
    /// Where their requests are read.
    pub requests: Arc<dyn RequestQueries>,
    /// Who carries approved requests on.
    pub dispatcher: Arc<Dispatcher>,
    /// Where expiries are written.
    pub ledger: Arc<GroupCommit>,
    /// This process.
    pub node: Arc<Node>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids of commands.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct Approvals {
    parts: Arc<ApprovalsParts>,
}

impl Approvals {
    /// Over these parts.
    pub fn new(parts: ApprovalsParts) -> Self {
        Self { parts: Arc::new(parts) }
    }
}
