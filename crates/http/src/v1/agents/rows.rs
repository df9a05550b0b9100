//! One agent, one binding, as the wire shows them.

use serde::Serialize;
use serde_json::{Map, Value};
use upivia_domain::{NanoUsd, agent::Agent, binding::Binding};
use utoipa::ToSchema;

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentBody {
    #[schema(example = "agt_01K5N2T7Q8J4W3X6Y9Z0AB")]
    id: String,
    name: String,
    description: Option<String>,
    icon: Option<String>,
    category: Option<String>,
    /// `active`, `paused`, `disabled` or `ending`.
    #[schema(example = "active")]
    status: &'static str,
    /// `standard`, `yupi` (the default orchestrator) or `spawned`.
    kind: &'static str,
    team_id: Option<String>,
    owner_id: String,
    /// Whom it descends from, the nearest first; absent for an agent that a person made.
    parent_id: Option<String>,
    default_model_id: Option<String>,
    system_prompt: Option<String>,
    personality: Option<String>,
    #[schema(value_type = Option<Object>)]
    voice_config: Option<Map<String, Value>>,
    memory_mode: Option<String>,
    /// Null: no cap.
    monthly_budget_cents: Option<i64>,
    monthly_budget_usd: Option<String>,
    created_at: String,
}

/// A binding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BindingBody {
    #[schema(example = "email")]
    service: String,
    #[schema(example = "send")]
    operation: String,
    /// Null: no limit.
    monthly_budget_cents: Option<i64>,
    monthly_budget_usd: Option<String>,
    /// Null: no limit.
    daily_request_limit: Option<u32>,
    /// Null: nobody is ever asked.
    approval_threshold_cents: Option<i64>,
    approval_threshold_usd: Option<String>,
}

impl From<Agent> for AgentBody {
    fn from(agent: Agent) -> Self {
        Self {
            id: agent.id.to_string(),
            name: agent.name.to_string(),
            description: agent.description,
            icon: agent.icon,
            category: agent.category,
            status: agent.status.as_str(),
            kind: agent.kind.as_str(),
            team_id: agent.team.map(|team| team.to_string()),
            owner_id: agent.owner.to_string(),
            parent_id: agent.ancestors.last().map(ToString::to_string),
            default_model_id: agent.default_model_id,
            system_prompt: agent.system_prompt,
            personality: agent.character.personality,
            voice_config: agent.character.voice_config,
            memory_mode: agent.character.memory_mode.map(|mode| mode.to_string()),
            monthly_budget_cents: agent.month_cap.map(NanoUsd::cents_rounded_down),
            monthly_budget_usd: agent.month_cap.map(|cap| cap.to_string()),
            created_at: agent.created_at.to_string(),
        }
    }
}

impl From<Binding> for BindingBody {
    fn from(Binding { operation, terms, .. }: Binding) -> Self {
        Self {
            service: operation.service().to_owned(),
            operation: operation.operation().to_owned(),
            monthly_budget_cents: terms.month_cap.map(NanoUsd::cents_rounded_down),
            monthly_budget_usd: terms.month_cap.map(|cap| cap.to_string()),
            daily_request_limit: terms.day_count,
            approval_threshold_cents: terms.approval_threshold.map(NanoUsd::cents_rounded_down),
            approval_threshold_usd: terms.approval_threshold.map(|threshold| threshold.to_string()),
        }
    }
}
