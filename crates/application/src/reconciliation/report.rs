//! What a provider says about a request.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    CommandId, NanoUsd,
    budget::ReasonCode,
    dispatch::{Basis, ProviderName, Reference, ServiceRequest},
    ledger::{Command, Evidence, Fail, MarkRunning, Settle},
};

/// A message whose sender is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Who says it.
    pub provider: ProviderName,
    /// The sender's id of the message.
    pub event_id: String,
    /// The digest of its bytes.
    pub digest: [u8; 32],
    /// About which request.
    pub reference: Reference,
    /// What.
    pub word: Word,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// Accepted and under way.
    Running {
        /// The provider's own id of it.
        external_id: String,
    },
    /// Done.
    Executed {
        /// What it cost; unknown = what was estimated.
        cost: Option<NanoUsd>,
        /// For the agent.
        result: Arc<Value>,
        /// The provider's own id of it.
        external_id: Option<String>,
    },
    /// Not done.
    Failed {
        /// Why.
        code: ReasonCode,
        /// For the agent.
        detail: String,
        /// What it cost all the same.
        cost: Option<NanoUsd>,
    },
}

impl Word {
    /// The command that the word becomes.
    pub(super) fn command(&self, id: CommandId, about: &ServiceRequest) -> Command {
        let (org, request, evidence) = (about.org, about.id, Evidence::Provider);
        match self.clone() {
            Self::Running { external_id } => {
                Command::MarkRunning(MarkRunning { id, org, request, evidence, external_id })
            }
            Self::Executed { cost, result, external_id } => {
                let known = cost.map(|cost| (cost, Basis::ProviderUsage));
                let (cost, basis) = known.unwrap_or((about.held_amount(), Basis::Estimate));
                Command::Settle(Settle { id, org, request, evidence, cost, basis, result, external_id })
            }
            Self::Failed { code, detail, cost } => {
                let charge = cost.map(|cost| (cost, Basis::ProviderUsage));
                Command::Fail(Fail { id, org, request, evidence, code, detail, charge, never_sent: false })
            }
        }
    }
}
