//! Requests to publish and what they lead to. The request itself is made below `/agents`.

mod body;
mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::{
    body::AnswerPublishRequest,
    view::{PublicationBody, PublicationList, PublishRequestList},
};
pub(crate) use self::{
    body::RequestPublication,
    view::{ManifestBody, PublishRequestBody},
};
use crate::{
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
    v1::filters::{AGENT, CURSOR},
};

pub(crate) const GROUP: Group =
    Group { name: "Publishing", routes: &[REQUESTS, ANSWER_BY_BODY, ANSWER, PUBLICATIONS, REVOKE] };

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

const REQUESTS: Route = Route {
    method: Method::Get,
    path: "/publish-requests",
    access: Access::Person(Permission::PublishRead, |caller, input| Box::pin(handlers::requests(caller, input))),
    changes: false,
    doc: Doc {
        id: "listPublishRequests",
        summary: "Requests to publish, the newest first",
        details: "With `publish.manage` those of the organization; everybody else sees what they asked for, and what is to go to \
                  a team that they manage.",
        parameters: &[
            Parameter::query(
                "status",
                "`pending` is the default.",
                Kind::OneOf(&["pending", "approved", "rejected", "withdrawn", "all"]),
            ),
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            CURSOR,
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<PublishRequestList>() }],
        errors: &[],
    },
};

const ANSWER_BY_BODY: Route = Route {
    method: Method::Patch,
    path: "/publish-requests",
    access: Access::Person(Permission::PublishManageOwn, |caller, input| {
        Box::pin(handlers::answer_by_body(caller, input))
    }),
    changes: true,
    doc: Doc {
        id: "answerPublishRequestByBody",
        summary: "Approve or reject a request to publish that the body names",
        details: "As `PATCH /publish-requests/{id}`, with the id as `request_id` or `id`.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AnswerPublishRequest>(),
            example: r#"{"id":"prq_0000000000000000000000","action":"approve"}"#,
        }),
        answers: &[Success { status: 200, meaning: "Answered.", schema: SchemaOf::of::<PublishRequestBody>() }],
        errors: ERRORS,
    },
};

const ANSWER: Route = Route {
    method: Method::Patch,
    path: "/publish-requests/{id}",
    access: Access::Person(Permission::PublishManageOwn, |caller, input| Box::pin(handlers::answer(caller, input))),
    changes: true,
    doc: Doc {
        id: "answerPublishRequest",
        summary: "Approve or reject a request to publish",
        details: "With `publish.manage`, or as the manager of the team that it is to go to; into the marketplace also with \
                  `marketplace.publish`. Approving publishes the manifest of the request, in the place of what was published to \
                  the same people before. Nobody approves what they asked for themselves, but an owner of the organization, who \
                  could not wait for anybody above. The one who asked may `withdraw`. Once: the same answer again gives the \
                  present state, another one is 409 `publish_request_resolved`.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AnswerPublishRequest>(),
            example: r#"{"action":"approve","reason":"Well tested."}"#,
        }),
        answers: &[Success { status: 200, meaning: "Answered.", schema: SchemaOf::of::<PublishRequestBody>() }],
        errors: ERRORS,
    },
};

const PUBLICATIONS: Route = Route {
    method: Method::Get,
    path: "/publications",
    access: Access::Person(Permission::PublishRead, |caller, input| Box::pin(handlers::publications(caller, input))),
    changes: false,
    doc: Doc {
        id: "listPublications",
        summary: "Publications, the newest first",
        details: "With `publish.manage` those of the organization; everybody else sees those that reach them, and those that they \
                  asked for. What is published to somebody they see in `GET /agents` and may clone.",
        parameters: &[
            Parameter::query(
                "status",
                "`active` is the default.",
                Kind::OneOf(&["active", "replaced", "revoked", "all"]),
            ),
            Parameter::query("scope", "Only to these people.", Kind::OneOf(&["team", "org", "marketplace"])),
            AGENT,
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            CURSOR,
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<PublicationList>() }],
        errors: &[],
    },
};

const REVOKE: Route = Route {
    method: Method::Post,
    path: "/publications/{id}/revoke",
    access: Access::Person(Permission::PublishManageOwn, |caller, input| Box::pin(handlers::revoke(caller, input))),
    changes: true,
    doc: Doc {
        id: "revokePublication",
        summary: "Take a publication back",
        details: "By those who could have approved it, the one who asked for it, and the owner of the agent. Holds at once; clones \
                  stay with those who made them. Repeated, it gives the present state.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<body::Nothing>(), example: "{}" }),
        answers: &[Success { status: 200, meaning: "Revoked.", schema: SchemaOf::of::<PublicationBody>() }],
        errors: &[(404, "There is no such publication that you may see.")],
    },
};

const ERRORS: &[(u16, &str)] =
    &[(404, "There is no such request that you may see."), (409, "It was answered otherwise before.")];
