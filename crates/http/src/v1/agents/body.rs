//! What people send about agents. Both spellings of a member are accepted where clients use both.

use serde::Deserialize;
use serde_json::Value;
use upivia_application::agents::{NewAgent, NewBinding, Selection};
use upivia_domain::{
    Mode, NanoUsd, TeamId, agent::Character, binding::BindingTerms, catalog::OperationName, identity::Name,
};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// An agent to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateAgent {
    /// 1 to 200 characters.
    #[schema(value_type = String, example = "Scout")]
    name: Member,
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Member,
    #[schema(value_type = Option<String>, max_length = 200)]
    icon: Member,
    #[schema(value_type = Option<String>, max_length = 100)]
    category: Member,
    /// Absent: the team called Default.
    #[serde(alias = "teamId")]
    #[schema(value_type = Option<String>)]
    team_id: Member,
    #[serde(alias = "defaultModelId")]
    #[schema(value_type = Option<String>, max_length = 200)]
    default_model_id: Member,
    #[serde(alias = "systemPrompt")]
    #[schema(value_type = Option<String>, max_length = 50_000)]
    system_prompt: Member,
    #[schema(value_type = Option<String>, max_length = 10_000)]
    personality: Member,
    /// At most 10,000 bytes as JSON.
    #[serde(alias = "voiceConfig")]
    #[schema(value_type = Option<Object>)]
    voice_config: Member,
    /// A word of lower-case letters, digits, hyphens and underscores.
    #[serde(alias = "memoryMode")]
    #[schema(value_type = Option<String>, max_length = 64)]
    memory_mode: Member,
    /// Absent: no cap.
    #[serde(alias = "monthlyBudgetCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    monthly_budget_cents: Member,
    /// What it may use from the start: names of operations or services, or the bodies of `POST /agents/{id}/services`.
    #[schema(value_type = Option<Vec<Value>>)]
    services: Member,
}

/// A binding to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct EnableService {
    /// Not needed where `operation` is dotted.
    #[serde(alias = "service_id", alias = "serviceId")]
    #[schema(value_type = Option<String>, example = "email")]
    service: Member,
    /// Alone (`send`) or dotted (`email.send`); absent: every operation of the service.
    #[schema(value_type = Option<String>, example = "send")]
    operation: Member,
    /// Money in a month; absent: no limit.
    #[serde(alias = "monthlyBudgetCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    monthly_budget_cents: Member,
    /// Requests in a day; absent: no limit.
    #[serde(alias = "dailyRequestLimit")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    daily_request_limit: Member,
    /// A request that may cost more waits for a person; absent: none does.
    #[serde(alias = "approvalThresholdCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    approval_threshold_cents: Member,
}

/// A cap to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct SetBudget {
    /// Whole cents, or null for no cap. Must be there.
    #[serde(default, alias = "monthlyBudgetCents", deserialize_with = "fields::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    monthly_budget_cents: Member,
}

/// A wish for new keys.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RotateKey {
    /// Must be true: the old keys die.
    #[schema(value_type = bool)]
    confirm: Member,
    /// `live` or `test`; absent: both.
    #[schema(value_type = Option<String>)]
    mode: Member,
}

impl CreateAgent {
    pub(super) fn into_new(self) -> Result<NewAgent, ApiError> {
        let services = fields::list("services", self.services)?;
        Ok(NewAgent {
            name: fields::required::<Name>("name", fields::parsed("name", self.name)?)?,
            description: fields::text("description", self.description)?,
            icon: fields::text("icon", self.icon)?,
            category: fields::text("category", self.category)?,
            team: team(fields::text("team_id", self.team_id)?)?,
            default_model_id: fields::text("default_model_id", self.default_model_id)?,
            system_prompt: fields::text("system_prompt", self.system_prompt)?,
            character: Character {
                personality: fields::text("personality", self.personality)?,
                voice_config: fields::object("voice_config", self.voice_config)?,
                memory_mode: fields::parsed("memory_mode", self.memory_mode)?,
            },
            month_cap: fields::cents("monthly_budget_cents", self.monthly_budget_cents)?,
            bindings: services.into_iter().map(binding).collect::<Result<_, _>>()?,
        })
    }
}

/// A name that cannot be an id names no team.
pub(super) fn team(text: Option<String>) -> Result<Option<TeamId>, ApiError> {
    text.map(|text| text.parse().map_err(|_| ApiError::NotFound("team"))).transpose()
}

pub(super) fn binding(item: Value) -> Result<NewBinding, ApiError> {
    match item {
        Value::String(name) => Ok(NewBinding { what: named(&name)?, terms: BindingTerms::default() }),
        Value::Object(_) => {
            let body: EnableService =
                serde_json::from_value(item).map_err(|error| ApiError::invalid("services", error))?;
            let (what, terms) = body.into_binding()?;
            Ok(NewBinding { what, terms })
        }
        _ => Err(ApiError::invalid("services", "must list names or objects")),
    }
}

fn named(name: &str) -> Result<Selection, ApiError> {
    named_in("services", name)
}

/// The name of a service, or the dotted one of an operation.
pub(super) fn named_in(field: &str, name: &str) -> Result<Selection, ApiError> {
    if name.contains('.') {
        let operation = name.parse().map_err(|error| ApiError::invalid(field, error))?;
        return Ok(Selection::Operation(operation));
    }
    Ok(Selection::Service(name.to_owned()))
}

impl EnableService {
    pub(super) fn into_binding(self) -> Result<(Selection, BindingTerms), ApiError> {
        let service = fields::text("service", self.service)?;
        let operation = fields::text("operation", self.operation)?;
        let terms = BindingTerms {
            month_cap: fields::cents("monthly_budget_cents", self.monthly_budget_cents)?,
            day_count: fields::count("daily_request_limit", self.daily_request_limit)?,
            approval_threshold: fields::cents("approval_threshold_cents", self.approval_threshold_cents)?,
        };
        Ok((selection(service, operation)?, terms))
    }
}

fn selection(service: Option<String>, operation: Option<String>) -> Result<Selection, ApiError> {
    match (service, operation) {
        (service, Some(operation)) => {
            let name = OperationName::from_parts(service.as_deref(), &operation);
            name.map(Selection::Operation).map_err(|error| ApiError::invalid("operation", error))
        }
        (Some(name), None) if name.contains('.') => named(&name),
        (Some(service), None) => Ok(Selection::Service(service)),
        (None, None) => Err(ApiError::invalid("service", "is required, or operation")),
    }
}

impl SetBudget {
    pub(super) fn into_cap(self) -> Result<Option<NanoUsd>, ApiError> {
        let member = self
            .monthly_budget_cents
            .ok_or_else(|| ApiError::invalid("monthly_budget_cents", "is required; null lifts the cap"))?;
        fields::cents("monthly_budget_cents", Some(member))
    }
}

impl RotateKey {
    pub(super) fn into_mode(self) -> Result<Option<Mode>, ApiError> {
        if fields::flag("confirm", self.confirm)? != Some(true) {
            return Err(ApiError::invalid("confirm", "must be true: the old keys die at once"));
        }
        fields::parsed("mode", self.mode)
    }
}
