//! Delegated tasks. The routes are here; what is sent and shown has files of its own.

mod body;
mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::{
    body::{AdvanceTask, Delegate},
    view::{ReattachedBody, TaskListBody},
};
use crate::{
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) use self::view::TaskBody;

pub(crate) const GROUP: Group = Group { name: "Delegated tasks", routes: &[CREATE, LIST, GET, ADVANCE, REATTACH] };

const STATUSES: &[&str] = &["pending", "accepted", "in_progress", "completed", "failed", "cancelled"];
const MODE: Parameter = Parameter::query(
    "mode",
    "Whose figures: `live` or `test`. Absent: those of the key; for people live, or test while there never was live money.",
    Kind::OneOf(&["live", "test"]),
);

const CREATE: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/delegated-tasks",
    access: Access::PersonOrAgent(Permission::DelegationCreate, |caller, input| {
        Box::pin(handlers::create(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "createDelegatedTask",
        summary: "Give an agent a task with a cap of its own",
        details: "No money moves: the child spends as before, within its own limits, and from its next request on all that it \
                  spends for the task counts in `budget_cap_cents`, what is held included. Its requests name the task in \
                  `metadata.delegated_task_id`; with one open task they need not, with several it is 400. What descends from \
                  the child counts too. Beyond the cap, and once the task has ended, requests are `blocked` with \
                  `agent_budget_exceeded` and scope `delegation`. An agent's key delegates to the agent itself, to agents that \
                  descend from it, and to those of its owner or team; under a task of its own, to its descendants only.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<Delegate>(),
            example: r#"{"child_agent_id":null,"objective":"Write to three customers.","budget_cap_cents":50,"permissions":null,"model_id":null,"execute_now":null}"#,
        }),
        answers: &[Success { status: 201, meaning: "Given.", schema: SchemaOf::of::<TaskBody>() }],
        errors: &[(404, "There is no such agent."), (409, "The child has too many open tasks.")],
    },
};

const LIST: Route = Route {
    method: Method::Get,
    path: "/agents/{id}/delegated-tasks",
    access: Access::PersonOrAgent(Permission::OrganizationRead, |caller, input| {
        Box::pin(handlers::list(caller, input))
    }),
    changes: false,
    doc: Doc {
        id: "listDelegatedTasks",
        summary: "The tasks that an agent gave or was given",
        details: "The newest 100. An agent sees its own.",
        parameters: &[
            Parameter::query("direction", "On which side the agent stands.", Kind::OneOf(&["created", "received"])),
            Parameter::query("status", "Only these.", Kind::OneOf(STATUSES)),
            MODE,
        ],
        body: None,
        answers: &[Success {
            status: 200,
            meaning: "The tasks, the newest first.",
            schema: SchemaOf::of::<TaskListBody>(),
        }],
        errors: &[],
    },
};

const GET: Route = Route {
    method: Method::Get,
    path: "/agents/{id}/delegated-tasks/{task_id}",
    access: Access::PersonOrAgent(Permission::OrganizationRead, |caller, input| {
        Box::pin(handlers::find(caller, input))
    }),
    changes: false,
    doc: Doc {
        id: "getDelegatedTask",
        summary: "A delegated task",
        details: "The agent gave it or was given it.",
        parameters: &[MODE],
        body: None,
        answers: &[Success { status: 200, meaning: "The task.", schema: SchemaOf::of::<TaskBody>() }],
        errors: &[],
    },
};

const ADVANCE: Route = Route {
    method: Method::Patch,
    path: "/agents/{id}/delegated-tasks/{task_id}",
    access: Access::PersonOrAgent(Permission::DelegationUpdate, |caller, input| {
        Box::pin(handlers::advance(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "updateDelegatedTask",
        summary: "Say how a delegated task stands",
        details: "`accepted`, `in_progress`, `completed` and `failed` are said for the agent that was given the task, \
                  `cancelled` for the one that gave it: the id in the path says for whom. Tasks only move forward, and steps \
                  may be left out; the same step again changes nothing. An ended task has no room left from the next request \
                  on; what is under way ends as it would have.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<AdvanceTask>(), example: r#"{"status":"accepted"}"# }),
        answers: &[Success { status: 200, meaning: "As it stands now.", schema: SchemaOf::of::<TaskBody>() }],
        errors: &[(409, "The task has ended, or is further already.")],
    },
};

const REATTACH: Route = Route {
    method: Method::Get,
    path: "/delegated-tasks/{id}",
    access: Access::Person(Permission::OrganizationRead, |caller, input| Box::pin(handlers::reattach(caller, input))),
    changes: false,
    doc: Doc {
        id: "reattachDelegatedTask",
        summary: "Look at a task again",
        details: "Its present status and figures, and whether it changed after the event that `since` names.",
        parameters: &[Parameter::query("since", "The `seq` that was seen last; absent: 0.", Kind::Text), MODE],
        body: None,
        answers: &[Success { status: 200, meaning: "The task.", schema: SchemaOf::of::<ReattachedBody>() }],
        errors: &[],
    },
};
