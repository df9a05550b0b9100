//! The inbox: what agents want from people, and what people answer.

mod body;
mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::{
    body::{AnswerAgentRequest, AskPeople},
    view::{AgentRequestList, AskedBody},
};
use crate::{
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Agent requests", routes: &[ASK, LIST, ANSWER_BY_BODY, GET, ANSWER] };

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

const KINDS: &[&str] = &["clarification", "budget_increase", "plan_change", "secret_needed", "approval", "blocked"];

const ASK: Route = Route {
    method: Method::Post,
    path: "/agent-requests",
    access: Access::PersonOrAgent(Permission::AgentRequestCreateOwn, |caller, input| {
        Box::pin(handlers::ask(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "createAgentRequest",
        summary: "Ask people for something",
        details: "An agent asks for itself, also while it is paused; a person for an agent of theirs, or for themselves. A \
                  `budget_increase` with `amount_cents` also makes a budget request, in the name of the agent's owner and for \
                  the pool of its team: both are answered together, whichever path is used. At most 20 requests of an agent \
                  wait at a time; one more is 409 `limit_reached`. Titles, texts, links and responses are encrypted at rest.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AskPeople>(),
            example: r#"{"request_type":"clarification","body":"Which city do you mean?","agent_id":"agt_0000000000000000000000"}"#,
        }),
        answers: &[Success { status: 201, meaning: "Asked.", schema: SchemaOf::of::<AskedBody>() }],
        errors: &[(404, "There is no such agent."), (409, "Too many requests of this agent wait already.")],
    },
};

const LIST: Route = Route {
    method: Method::Get,
    path: "/agent-requests",
    access: Access::PersonOrAgent(Permission::AgentRequestReadOwn, |caller, input| {
        Box::pin(handlers::list(caller, input))
    }),
    changes: false,
    doc: Doc {
        id: "listAgentRequests",
        summary: "Agent requests, the newest first",
        details: "With `agentRequest.readAny` those of the organization; other people see what they asked for and what their \
                  agents did, an agent what it asked for.",
        parameters: &[
            Parameter::query(
                "status",
                "`pending` (the default), `resolved` for those that were answered either way, or `all`.",
                Kind::OneOf(&["pending", "resolved", "all"]),
            ),
            Parameter::query("type", "Only of this type.", Kind::OneOf(KINDS)),
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            crate::v1::filters::CURSOR,
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<AgentRequestList>() }],
        errors: &[],
    },
};

const ANSWER_BY_BODY: Route = Route {
    method: Method::Patch,
    path: "/agent-requests",
    access: Access::Person(Permission::AgentRequestAnswerOwn, |caller, input| {
        Box::pin(handlers::answer_by_body(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "answerAgentRequestByBody",
        summary: "Resolve or reject an agent request that the body names",
        details: "As `PATCH /agent-requests/{id}`, with the id as `request_id` or `id`.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AnswerAgentRequest>(),
            example: r#"{"request_id":"arq_0000000000000000000000","action":"resolve","response":"Paris, France."}"#,
        }),
        answers: &[Success { status: 200, meaning: "Answered.", schema: SchemaOf::of::<AskedBody>() }],
        errors: ERRORS,
    },
};

const GET: Route = Route {
    method: Method::Get,
    path: "/agent-requests/{id}",
    access: Access::PersonOrAgent(Permission::AgentRequestReadOwn, |caller, input| {
        Box::pin(handlers::find(caller, input))
    }),
    changes: false,
    doc: Doc {
        id: "getAgentRequest",
        summary: "An agent request",
        details: "An agent finds here what people answered.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The request.", schema: SchemaOf::of::<AskedBody>() }],
        errors: &[],
    },
};

const ANSWER: Route = Route {
    method: Method::Patch,
    path: "/agent-requests/{id}",
    access: Access::Person(Permission::AgentRequestAnswerOwn, |caller, input| {
        Box::pin(handlers::answer(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "answerAgentRequest",
        summary: "Resolve or reject an agent request",
        details: "By the owner of the agent, or with `agentRequest.answerAny`. Once: the same answer again gives the present \
                  state, another one is 409 `agent_request_resolved`. Where a budget request is linked, its rules hold: \
                  resolving approves it, by owners, admins and managers of the team, and moves the money in the same \
                  transaction; where the pool has too little it is 409 and both stay open.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AnswerAgentRequest>(),
            example: r#"{"action":"resolve","response":"Paris, France."}"#,
        }),
        answers: &[Success { status: 200, meaning: "Answered.", schema: SchemaOf::of::<AskedBody>() }],
        errors: ERRORS,
    },
};

const ERRORS: &[(u16, &str)] = &[
    (404, "There is no such request that you may see."),
    (409, "It was answered otherwise before, or the pool has less than what is wanted."),
];
