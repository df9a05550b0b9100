//! Agents as people manage them. The first routes are here; each other file has its own on top.

mod activity;
mod body;
mod copies;
mod handlers;
mod health;
mod profile;
mod publish;
mod rows;
mod skills;
mod spawn;
mod view;
mod watch;

pub(crate) use self::{rows::BindingBody, view::CreatedAgentBody};
use upivia_domain::identity::Permission;

use self::{
    body::{CreateAgent, EnableService, RotateKey, SetBudget},
    view::{AgentDetailBody, AgentList, BudgetBody, EnabledBody, KeysBody, RemovedBody},
};
use crate::{
    openapi::{Body, Doc, Kind, Parameter, Place, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Agents",
    routes: &[
        LIST,
        CREATE,
        GET,
        profile::UPDATE,
        profile::REMOVE,
        watch::PAUSE,
        watch::RESUME,
        ENABLE,
        DISABLE,
        BUDGET,
        ROTATE,
        copies::CLONE,
        copies::TRANSFER,
        publish::PUBLISH,
        spawn::SPAWN,
        spawn::ESTIMATE,
        skills::LIST,
        skills::REMOVE,
        activity::ACTIVITY,
        health::FLEET,
        health::ONE,
    ],
};

const LIST: Route = Route {
    method: Method::Get,
    path: "/agents",
    access: Access::PersonOrAgent(Permission::AgentRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listAgents",
        summary: "List agents",
        details: "With `agent.readAny` all agents of the organization; other people see their own, Yupi, and those that were \
                  published to them; an agent itself, those that descend from it, and those that were published to it.",
        parameters: &[Parameter::query("team_id", "Only agents of this team.", Kind::Text)],
        body: None,
        answers: &[Success {
            status: 200,
            meaning: "The agents, the oldest first.",
            schema: SchemaOf::of::<AgentList>(),
        }],
        errors: &[(404, "There is no such team.")],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/agents",
    access: Access::Person(Permission::AgentCreateOwn, |caller, input| Box::pin(handlers::create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createAgent",
        summary: "Create an agent",
        details: "The answer shows its two keys for the only time: `api_key` for live money, `test_api_key` for the sandbox. \
                  Bindings in `services` need the permission `service.toggle` too.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateAgent>(),
            example: r#"{"name":"Scout","description":"Finds things","services":["web_search.search"],"monthly_budget_cents":2000}"#,
        }),
        answers: &[Success { status: 201, meaning: "Created.", schema: SchemaOf::of::<CreatedAgentBody>() }],
        errors: &[(404, "There is no such team.")],
    },
};

const GET: Route = Route {
    method: Method::Get,
    path: "/agents/{id}",
    access: Access::Person(Permission::AgentRead, |caller, input| Box::pin(handlers::find(caller, input))),
    changes: false,
    doc: Doc {
        id: "getAgent",
        summary: "An agent with its bindings",
        details: "Never shows a key.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The agent.", schema: SchemaOf::of::<AgentDetailBody>() }],
        errors: &[],
    },
};

const ENABLE: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/services",
    access: Access::Person(Permission::ServiceToggle, |caller, input| Box::pin(handlers::enable(caller, input))),
    changes: true,
    doc: Doc {
        id: "enableService",
        summary: "Bind an operation to an agent, within limits",
        details: "One binding per operation; the last write replaces all of it, so a limit that is not sent is no limit. \
                  A service without an operation binds every operation of the service under these limits each.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<EnableService>(),
            example: r#"{"service":"email","operation":"send","monthly_budget_cents":2000,"daily_request_limit":100,"approval_threshold_cents":500}"#,
        }),
        answers: &[Success { status: 200, meaning: "Bound.", schema: SchemaOf::of::<EnabledBody>() }],
        errors: &[],
    },
};

const DISABLE: Route = Route {
    method: Method::Delete,
    path: "/agents/{id}/services",
    access: Access::Person(Permission::ServiceToggle, |caller, input| Box::pin(handlers::disable(caller, input))),
    changes: true,
    doc: Doc {
        id: "disableService",
        summary: "Remove every binding of a service from an agent",
        details: "Nothing happens where there is none.",
        parameters: &[Parameter {
            name: "service_id",
            place: Place::Query,
            meaning: "The service, for example `email`.",
            kind: Kind::Text,
            required: true,
        }],
        body: None,
        answers: &[Success { status: 200, meaning: "Removed.", schema: SchemaOf::of::<RemovedBody>() }],
        errors: &[],
    },
};

const BUDGET: Route = Route {
    method: Method::Patch,
    path: "/agents/{id}/budget",
    access: Access::Person(Permission::AgentCapAny, |caller, input| Box::pin(handlers::budget(caller, input))),
    changes: true,
    doc: Doc {
        id: "setAgentBudget",
        summary: "Cap what an agent may spend in a month",
        details: "Holds from the next request on, for live and for test money each; what was spent this month stays counted. \
                  `null` lifts the cap, and has to be sent: a body without the member is refused rather than read as no limit.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<SetBudget>(), example: r#"{"monthly_budget_cents":5000}"# }),
        answers: &[Success { status: 200, meaning: "Set.", schema: SchemaOf::of::<BudgetBody>() }],
        errors: &[],
    },
};

const ROTATE: Route = Route {
    method: Method::Patch,
    path: "/agents/{id}/key",
    access: Access::Person(Permission::AgentRotateKeyAny, |caller, input| Box::pin(handlers::rotate(caller, input))),
    changes: true,
    doc: Doc {
        id: "rotateAgentKey",
        summary: "Give an agent new keys",
        details: "The old keys die at once. Without `mode` both are replaced and both new ones are shown, for the only time; \
                  with `mode` only that one.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<RotateKey>(), example: r#"{"confirm":true}"# }),
        answers: &[Success { status: 200, meaning: "The new keys.", schema: SchemaOf::of::<KeysBody>() }],
        errors: &[],
    },
};
