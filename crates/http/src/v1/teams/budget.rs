//! The routes about the money of a team.

use upivia_application::budgets::Direction;
use upivia_domain::identity::Permission;

use super::{
    body::{AllocateToWorker, MoveMoney},
    handlers,
    money::{PoolMovedBody, TeamBudgetBody},
};
use crate::{
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::{balance::MODE, idempotency::PARAMETER},
};

const ERRORS: &[(u16, &str)] = &[(
    409,
    "`insufficient_balance`: less than that is available, nothing was moved; or the idempotency key was used for something else.",
)];

pub(super) const GET: Route = Route {
    method: Method::Get,
    path: "/teams/{id}/budget",
    access: Access::Person(Permission::BudgetRead, |caller, input| Box::pin(handlers::budget(caller, input))),
    changes: false,
    doc: Doc {
        id: "getTeamBudget",
        summary: "Pool, allocations and limits of a team",
        details: "For owners, admins and members of the team.",
        parameters: &[MODE],
        body: None,
        answers: &[Success { status: 200, meaning: "How it stands.", schema: SchemaOf::of::<TeamBudgetBody>() }],
        errors: &[],
    },
};

pub(super) const ALLOCATE: Route = Route {
    method: Method::Post,
    path: "/teams/{id}/budget",
    access: Access::Person(Permission::BudgetAllocateAny, |caller, input| {
        Box::pin(handlers::pool(caller, input, Direction::Allocate))
    }),
    changes: true,
    doc: Doc {
        id: "allocateTeamBudget",
        summary: "Move money from the wallet to a team's pool",
        details: "The first allocation makes the pool: from then on the team's agents spend from it and never from the wallet, \
                  with live and with test keys, and `moved_agents` says so. A pool exists by itself, not by its balance: give it \
                  test money too (`mode`), or test keys of the team are refused with `team_budget_exceeded`.",
        parameters: &[PARAMETER],
        body: Some(Body { schema: SchemaOf::of::<MoveMoney>(), example: r#"{"amount_cents":100}"# }),
        answers: &[Success { status: 200, meaning: "Moved.", schema: SchemaOf::of::<PoolMovedBody>() }],
        errors: ERRORS,
    },
};

pub(super) const ALLOCATE_ALIAS: Route = Route {
    path: "/teams/{id}/budget/allocate",
    doc: Doc {
        id: "allocateTeamBudgetAlias",
        summary: "The same under the path that clients use",
        details: "See `POST /teams/{id}/budget`.",
        parameters: &[PARAMETER],
        body: Some(Body { schema: SchemaOf::of::<MoveMoney>(), example: r#"{"amount_cents":100}"# }),
        answers: &[Success { status: 200, meaning: "Moved.", schema: SchemaOf::of::<PoolMovedBody>() }],
        errors: ERRORS,
    },
    ..ALLOCATE
};

pub(super) const TAKE_BACK: Route = Route {
    method: Method::Post,
    path: "/teams/{id}/budget/take-back",
    access: Access::Person(Permission::BudgetTakeBackAny, |caller, input| {
        Box::pin(handlers::pool(caller, input, Direction::TakeBack))
    }),
    changes: true,
    doc: Doc {
        id: "takeBackTeamBudget",
        summary: "Move money from a team's pool back to the wallet",
        details: "What is held for open requests stays. An empty pool is still the team's pool: see `has_pool` of \
                  `PATCH /teams/{id}`.",
        parameters: &[PARAMETER],
        body: Some(Body { schema: SchemaOf::of::<MoveMoney>(), example: r#"{"amount_cents":100}"# }),
        answers: &[Success { status: 200, meaning: "Moved.", schema: SchemaOf::of::<PoolMovedBody>() }],
        errors: ERRORS,
    },
};

pub(super) const WORKER: Route = Route {
    method: Method::Post,
    path: "/teams/{id}/workers/{uid}/budget/allocate",
    access: Access::Person(Permission::BudgetAllocateOwn, |caller, input| {
        Box::pin(handlers::allocate_to_worker(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "allocateWorkerBudget",
        summary: "Move money from a team's pool to a worker, and set the worker's limits",
        details: "By owners, admins and managers of the team; `uid` is a member of the team. From the first allocation on the \
                  agents that the worker owns in this team spend from the worker's account alone. A limit that is absent stays, \
                  `null` lifts it; refusals say `worker_budget_exceeded`.",
        parameters: &[PARAMETER],
        body: Some(Body {
            schema: SchemaOf::of::<AllocateToWorker>(),
            example: r#"{"amount_cents":100,"daily_limit_cents":50,"monthly_limit_cents":500,"hard_limit_cents":2000}"#,
        }),
        answers: &[Success { status: 200, meaning: "Moved.", schema: SchemaOf::of::<TeamBudgetBody>() }],
        errors: ERRORS,
    },
};

pub(super) const WORKER_TAKE_BACK: Route = Route {
    method: Method::Post,
    path: "/teams/{id}/workers/{uid}/budget/take-back",
    access: Access::Person(Permission::BudgetTakeBackOwn, |caller, input| {
        Box::pin(handlers::take_back_from_worker(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "takeBackWorkerBudget",
        summary: "Move money from a worker back to the team's pool",
        details: "What is held for open requests stays; limits stay. Also from a worker who left the team.",
        parameters: &[PARAMETER],
        body: Some(Body { schema: SchemaOf::of::<MoveMoney>(), example: r#"{"amount_cents":50}"# }),
        answers: &[Success { status: 200, meaning: "Moved.", schema: SchemaOf::of::<TeamBudgetBody>() }],
        errors: ERRORS,
    },
};
