//! Answers about agents.

use serde::Serialize;
use upivia_application::agents::{AgentDetail, AgentKeys, CreatedAgent, Unbound};
use upivia_domain::{AgentId, NanoUsd, Secret, agent::Agent, binding::Binding};
use utoipa::ToSchema;

use super::rows::{AgentBody, BindingBody};

/// Agents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentList {
    agents: Vec<AgentBody>,
}

/// An agent and what it may use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentDetailBody {
    agent: AgentBody,
    services: Vec<BindingBody>,
}

/// A new agent. The keys are shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedAgentBody {
    agent: AgentBody,
    services: Vec<BindingBody>,
    #[serde(flatten)]
    keys: KeysBody,
}

/// Keys in clear, shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeysBody {
    agent_id: String,
    /// For real money.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    /// For play money.
    #[serde(skip_serializing_if = "Option::is_none")]
    test_api_key: Option<String>,
}

/// What was bound.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnabledBody {
    agent_id: String,
    services: Vec<BindingBody>,
}

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemovedBody {
    agent_id: String,
    service_id: String,
    /// The operations that had a binding.
    removed: Vec<String>,
}

/// A cap that was set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetBody {
    agent_id: String,
    /// Null: no cap.
    monthly_budget_cents: Option<i64>,
    monthly_budget_usd: Option<String>,
}

impl AgentList {
    pub(super) fn of(agents: Vec<Agent>) -> Self {
        Self { agents: agents.into_iter().map(AgentBody::from).collect() }
    }
}

impl AgentDetailBody {
    pub(super) fn of(detail: AgentDetail) -> Self {
        Self { agent: detail.agent.into(), services: bodies(detail.bindings) }
    }
}

impl CreatedAgentBody {
    pub(crate) fn of(created: CreatedAgent) -> Self {
        let keys = KeysBody::of(created.agent.id, created.keys);
        Self { agent: created.agent.into(), services: bodies(created.bindings), keys }
    }
}

impl KeysBody {
    pub(super) fn of(agent: AgentId, keys: AgentKeys) -> Self {
        let (api_key, test_api_key) = (keys.live.map(Secret::into_inner), keys.test.map(Secret::into_inner));
        Self { agent_id: agent.to_string(), api_key, test_api_key }
    }
}

impl EnabledBody {
    pub(super) fn of(agent: AgentId, bindings: Vec<Binding>) -> Self {
        Self { agent_id: agent.to_string(), services: bodies(bindings) }
    }
}

impl RemovedBody {
    pub(super) fn of(agent: AgentId, service: String, unbound: &Unbound) -> Self {
        let removed = unbound.operations.iter().map(ToString::to_string).collect();
        Self { agent_id: agent.to_string(), service_id: service, removed }
    }
}

impl BudgetBody {
    pub(super) fn of(agent: &Agent) -> Self {
        Self {
            agent_id: agent.id.to_string(),
            monthly_budget_cents: agent.month_cap.map(NanoUsd::cents_rounded_down),
            monthly_budget_usd: agent.month_cap.map(|cap| cap.to_string()),
        }
    }
}

pub(super) fn bodies(bindings: Vec<Binding>) -> Vec<BindingBody> {
    bindings.into_iter().map(BindingBody::from).collect()
}
