//! Bindings: which operations an agent may use, and how much of each.

use crate::{AgentId, NanoUsd, catalog::OperationName};

/// Leave for an agent to use one operation. One per agent and operation; the last write wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The agent.
    pub agent: AgentId,
    /// The operation.
    pub operation: OperationName,
    /// How much and how often.
    pub terms: BindingTerms,
}

/// The limits inside a binding. They hold for live and for test money, each with its own usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BindingTerms {
    /// Money in a month; absent = no limit.
    pub month_cap: Option<NanoUsd>,
    /// Requests in a day; absent = no limit.
    pub day_count: Option<u32>,
    /// A dearer request waits for a person; absent = never.
    pub approval_threshold: Option<NanoUsd>,
}
