//! Agents that agents make: the child with its only key, and beforehand what it would need.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::AgentCaller,
    agents::{NewChild, OperationEstimate, Selection, SpawnEstimate, SpawnedAgent},
};
use upivia_domain::{NanoUsd, Secret, agent::MAX_DEPTH, catalog::Price, identity::Name};
use utoipa::ToSchema;

use super::{
    body::{binding, named_in},
    rows::{AgentBody, BindingBody},
    view::bodies,
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::{
        idempotency,
        present::{ok, with_status},
    },
};

const ONCE: Parameter = Parameter {
    meaning: "Your name for this attempt, 1 to 255 bytes, unique for the calling agent and the mode of its key: under it one child \
              is made. A repeat of the same body is answered with that child and `Idempotent-Replayed: true`, and shows no key: it is \
              kept nowhere. Whose answer was lost, with the key in it, deletes the child and makes another one under a new \
              name; or a person replaces the key with `PATCH /agents/{id}/key`.",
    ..idempotency::PARAMETER
};

pub(super) const SPAWN: Route = Route {
    method: Method::Post,
    path: "/agents/spawn",
    access: Access::Agent(|caller, input| Box::pin(spawn(caller, input))),
    changes: true,
    doc: Doc {
        id: "spawnAgent",
        summary: "Make a child of the calling agent, with money of its own",
        details: "The money moves from the account that pays for the caller to the child's own and counts in the caller's \
                  month, and in its owner's and its team's where it spends from there; it is money of the key's mode, and \
                  `api_key` is a key of that mode, shown here for the only time. The child spends from its own account alone, \
                  under the caller's limits or the narrower ones of objects in `services`, and each of its requests counts in \
                  the bindings of all that it descends from: no tree does more than its root may. A pause, an end or an unbinding \
                  above holds below. At most three generations, and 100 living children each. What it does not spend goes back with \
                  `DELETE /agents/{id}`, which the caller may do with the same key.",
        parameters: &[ONCE],
        body: Some(Body {
            schema: SchemaOf::of::<SpawnAgent>(),
            example: r#"{"name":"Helper","services":["email.send"],"budget_cents":100}"#,
        }),
        answers: &[
            Success { status: 201, meaning: "Spawned.", schema: SchemaOf::of::<SpawnedAgentBody>() },
            Success {
                status: 200,
                meaning: "A repeat under the same idempotency key: the child as it is now, `api_key` null.",
                schema: SchemaOf::of::<SpawnedAgentBody>(),
            },
        ],
        errors: &[(
            409,
            "The money does not fit now: `code` is that of the first failed check, as in service requests, and `reasons` has all. \
             `limit_reached`: the caller has 100 living children. `idempotency_key_payload_mismatch`: the key was used for another \
             child.",
        )],
    },
};

pub(super) const ESTIMATE: Route = Route {
    method: Method::Get,
    path: "/agents/spawn",
    access: Access::Agent(|caller, input| Box::pin(estimate(caller, input))),
    changes: false,
    doc: Doc {
        id: "estimateSpawn",
        summary: "What a child would need, and what the calling agent could give it",
        details: "The cost of using each operation once, by operation and in sum, and the most that could be given now, with \
                  the money of the key's mode. A language model is taken to read 1,000 tokens and to write as many as where a \
                  request names no `max_tokens`: the agent's own model, or else the dearest.",
        parameters: &[Parameter::query(
            "operations",
            "Operations (`email.send`) or services (`email`) with commas between them. Absent: all that the agent may use.",
            Kind::Text,
        )],
        body: None,
        answers: &[Success { status: 200, meaning: "The estimate.", schema: SchemaOf::of::<SpawnEstimateBody>() }],
        errors: &[],
    },
};

/// A child to be.
#[derive(Debug, Deserialize, ToSchema)]
struct SpawnAgent {
    /// 1 to 200 characters.
    #[schema(value_type = String, example = "Helper")]
    name: Member,
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Member,
    #[schema(value_type = Option<String>, max_length = 200)]
    icon: Member,
    #[schema(value_type = Option<String>, max_length = 100)]
    category: Member,
    /// What it may use of what the caller may use: names of operations or services, or objects as in
    /// `POST /agents/{id}/services` whose limits may only be narrower. Absent: nothing.
    #[schema(value_type = Option<Vec<Value>>)]
    services: Member,
    /// What it gets; absent: nothing.
    #[serde(alias = "budgetCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    budget_cents: Member,
}

/// A new child. The key is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
struct SpawnedAgentBody {
    agent: AgentBody,
    agent_id: String,
    services: Vec<BindingBody>,
    /// The mode of its money and of its key.
    #[schema(example = "test")]
    mode: &'static str,
    budget_cents: i64,
    budget_usd: String,
    /// Its only key; null in a repeat.
    api_key: Option<String>,
}

/// What a child would need, and what it could get.
#[derive(Debug, Serialize, ToSchema)]
struct SpawnEstimateBody {
    mode: &'static str,
    operations: Vec<OperationEstimateBody>,
    /// Using each operation once.
    estimated_cents: i64,
    estimated_usd: String,
    /// The most that the caller could give now, rounded down.
    available_cents: i64,
    available_usd: String,
    /// Whether that is enough for each operation once.
    sufficient: bool,
    /// Whether any child could be made now, with money or without.
    can_spawn: bool,
    /// How many generations the child would be away from an agent that a person made.
    depth: usize,
    max_depth: usize,
}

/// One operation of an estimate.
#[derive(Debug, Serialize, ToSchema)]
struct OperationEstimateBody {
    #[schema(example = "email")]
    service: String,
    #[schema(example = "send")]
    operation: String,
    /// One use, rounded up.
    estimated_cost_cents: i64,
    estimated_cost_usd: String,
    /// `free`, `flat` or `tokens`.
    pricing: &'static str,
    /// Whether the caller may use it, and so hand it on.
    bound: bool,
    /// What the child could spend on it in a month; null: no limit.
    monthly_budget_cents: Option<i64>,
    /// How often the child could use it in a day; null: no limit.
    daily_request_limit: Option<u32>,
    /// Above it a person is asked; null: never.
    approval_threshold_cents: Option<i64>,
}

async fn spawn(caller: AgentCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let new = input.json::<SpawnAgent>()?.into_new()?;
    let once = idempotency::key(&input)?;
    let spawned = input.api.parts.agents.spawn(caller, Some(input.trace.shared()), new, once).await?;
    let replayed = spawned.key.is_none();
    let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok(idempotency::marked(with_status(status, &SpawnedAgentBody::of(spawned))?, replayed))
}

async fn estimate(caller: AgentCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let names = query.text("operations").unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let what = names.map(|name| named_in("operations", name)).collect::<Result<Vec<Selection>, ApiError>>()?;
    ok(&SpawnEstimateBody::of(input.api.parts.agents.estimate_spawn(caller, what).await?))
}

impl SpawnAgent {
    fn into_new(self) -> Result<NewChild, ApiError> {
        let services = fields::list("services", self.services)?;
        Ok(NewChild {
            name: fields::required::<Name>("name", fields::parsed("name", self.name)?)?,
            description: fields::text("description", self.description)?,
            icon: fields::text("icon", self.icon)?,
            category: fields::text("category", self.category)?,
            budget: fields::cents("budget_cents", self.budget_cents)?.unwrap_or(NanoUsd::ZERO),
            services: services.into_iter().map(binding).collect::<Result<_, _>>()?,
        })
    }
}

impl SpawnedAgentBody {
    fn of(spawned: SpawnedAgent) -> Self {
        Self {
            agent_id: spawned.agent.id.to_string(),
            agent: spawned.agent.into(),
            services: bodies(spawned.bindings),
            mode: spawned.mode.as_str(),
            budget_cents: spawned.budget.cents_rounded_down(),
            budget_usd: spawned.budget.to_string(),
            api_key: spawned.key.map(Secret::into_inner),
        }
    }
}

impl SpawnEstimateBody {
    fn of(estimate: SpawnEstimate) -> Self {
        let (total, available) = (estimate.total, estimate.available);
        Self {
            mode: estimate.mode.as_str(),
            estimated_cents: total.cents_rounded_up(),
            estimated_usd: total.to_string(),
            available_cents: available.cents_rounded_down(),
            available_usd: available.to_string(),
            sufficient: estimate.can_spawn && total <= available,
            can_spawn: estimate.can_spawn,
            depth: estimate.depth,
            max_depth: MAX_DEPTH,
            operations: estimate.operations.into_iter().map(OperationEstimateBody::of).collect(),
        }
    }
}

impl OperationEstimateBody {
    fn of(OperationEstimate { operation, price, cost, terms }: OperationEstimate) -> Self {
        let (bound, terms) = (terms.is_some(), terms.unwrap_or_default());
        Self {
            service: operation.service().to_owned(),
            operation: operation.operation().to_owned(),
            estimated_cost_cents: cost.cents_rounded_up(),
            estimated_cost_usd: cost.to_string(),
            pricing: match price {
                Price::Free => "free",
                Price::Flat(_) => "flat",
                Price::Tokens => "tokens",
            },
            bound,
            monthly_budget_cents: terms.month_cap.map(NanoUsd::cents_rounded_down),
            daily_request_limit: terms.day_count,
            approval_threshold_cents: terms.approval_threshold.map(NanoUsd::cents_rounded_down),
        }
    }
}
