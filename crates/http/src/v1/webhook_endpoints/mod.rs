//! Other people's servers that are told of events.

mod body;
mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::{
    body::{CreateEndpoint, Nothing, UpdateEndpoint},
    view::{DeliveryBody, DeliveryPage, EndpointBody, EndpointList, RemovedEndpoint, SecretBody},
};
use super::filters;
use crate::{
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;
const STATUSES: &[&str] = &["pending", "delivered", "failed"];

pub(crate) const GROUP: Group = Group {
    name: "Webhook endpoints",
    routes: &[LIST, CREATE, READ, UPDATE, REMOVE, ROTATE, TEST, DELIVERIES, REDELIVER],
};

const LIST: Route = Route {
    method: Method::Get,
    path: "/webhook-endpoints",
    access: Access::Person(Permission::WebhookRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listWebhookEndpoints",
        summary: "Servers that are told of events",
        details: "The oldest first. Their secrets are never shown again.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "All of them.", schema: SchemaOf::of::<EndpointList>() }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/webhook-endpoints",
    access: Access::Person(Permission::WebhookCreate, |caller, input| Box::pin(handlers::create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createWebhookEndpoint",
        summary: "Name a server that is told of events",
        details: "It is told of what happens from now on, by POSTs that are signed as Standard Webhooks says. The secret is shown \
                  for the only time. The URL must be https and lead to no private, link-local or loopback address, unless the \
                  configuration says otherwise.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateEndpoint>(),
            example: r#"{"url":"https://hooks.example.com/upivia","events":["approval.requested","budget.alert"]}"#,
        }),
        answers: &[Success { status: 201, meaning: "The endpoint.", schema: SchemaOf::of::<SecretBody>() }],
        errors: &[(409, "There are 20 already.")],
    },
};

const READ: Route = Route {
    method: Method::Get,
    path: "/webhook-endpoints/{id}",
    access: Access::Person(Permission::WebhookRead, |caller, input| Box::pin(handlers::read(caller, input))),
    changes: false,
    doc: Doc {
        id: "getWebhookEndpoint",
        summary: "A server that is told of events",
        details: "`status` is `failing` where nothing was delivered for days: then it is told nothing until somebody enables it.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The endpoint.", schema: SchemaOf::of::<EndpointBody>() }],
        errors: &[],
    },
};

const UPDATE: Route = Route {
    method: Method::Patch,
    path: "/webhook-endpoints/{id}",
    access: Access::Person(Permission::WebhookUpdate, |caller, input| Box::pin(handlers::update(caller, input))),
    changes: true,
    doc: Doc {
        id: "updateWebhookEndpoint",
        summary: "Change an endpoint, or turn it off or on",
        details: "Turned off, it is told nothing more, and what was on its way is given up; it can be sent again later.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<UpdateEndpoint>(), example: r#"{"enabled":true}"# }),
        answers: &[Success { status: 200, meaning: "As it is now.", schema: SchemaOf::of::<EndpointBody>() }],
        errors: &[],
    },
};

const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/webhook-endpoints/{id}",
    access: Access::Person(Permission::WebhookDelete, |caller, input| Box::pin(handlers::remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "deleteWebhookEndpoint",
        summary: "Remove an endpoint",
        details: "With the log of what it was sent.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "Removed.", schema: SchemaOf::of::<RemovedEndpoint>() }],
        errors: &[],
    },
};

const ROTATE: Route = Route {
    method: Method::Post,
    path: "/webhook-endpoints/{id}/rotate-secret",
    access: Access::Person(Permission::WebhookRotateSecret, |caller, input| Box::pin(handlers::rotate(caller, input))),
    changes: true,
    doc: Doc {
        id: "rotateWebhookSecret",
        summary: "Replace the secret",
        details: "The new one is shown for the only time. For 24 hours messages are signed with both.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<Nothing>(), example: "{}" }),
        answers: &[Success { status: 200, meaning: "The new secret.", schema: SchemaOf::of::<SecretBody>() }],
        errors: &[],
    },
};

const TEST: Route = Route {
    method: Method::Post,
    path: "/webhook-endpoints/{id}/test",
    access: Access::Person(Permission::WebhookTest, |caller, input| Box::pin(handlers::test(caller, input))),
    changes: true,
    doc: Doc {
        id: "testWebhookEndpoint",
        summary: "Send a message to try it",
        details: "A `webhook.test`, whatever events it wants. The log of deliveries tells what became of it.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<Nothing>(), example: "{}" }),
        answers: &[Success { status: 202, meaning: "It is on its way.", schema: SchemaOf::of::<DeliveryBody>() }],
        errors: NOT_ENABLED,
    },
};

const DELIVERIES: Route = Route {
    method: Method::Get,
    path: "/webhook-endpoints/{id}/deliveries",
    access: Access::Person(Permission::WebhookRead, |caller, input| Box::pin(handlers::deliveries(caller, input))),
    changes: false,
    doc: Doc {
        id: "listWebhookDeliveries",
        summary: "What an endpoint was sent, and what became of it",
        details: "The newest first; kept for 30 days after they ended.",
        parameters: &[
            Parameter::query("status", "Only with this status.", Kind::OneOf(STATUSES)),
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            filters::CURSOR,
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<DeliveryPage>() }],
        errors: &[],
    },
};

const REDELIVER: Route = Route {
    method: Method::Post,
    path: "/webhook-endpoints/{id}/deliveries/{delivery_id}/redeliver",
    access: Access::Person(Permission::WebhookRedeliver, |caller, input| Box::pin(handlers::redeliver(caller, input))),
    changes: true,
    doc: Doc {
        id: "redeliverWebhook",
        summary: "Send a message again",
        details: "The same bytes under the same `webhook-id`, signed anew and tried from the beginning.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<Nothing>(), example: "{}" }),
        answers: &[Success { status: 202, meaning: "It is on its way.", schema: SchemaOf::of::<DeliveryBody>() }],
        errors: NOT_ENABLED,
    },
};

const NOT_ENABLED: &[(u16, &str)] = &[(409, "The endpoint is not enabled: `endpoint_not_enabled`.")];
