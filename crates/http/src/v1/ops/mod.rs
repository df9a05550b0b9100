//! Outcomes that nobody knows: what people see of them, and how they end them.

mod body;
mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::{
    body::{AcknowledgeBody, ResolveBody},
    view::{AcknowledgedBody, OutcomeDetailBody, OutcomePageBody},
};
use super::service_requests::ServiceRequestBody;
use crate::{
    openapi::{Body, Doc, Kind, Parameter, Place, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

pub(crate) const GROUP: Group = Group { name: "Operations", routes: &[LIST, FIND, RESOLVE, ACKNOWLEDGE] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/ops/unresolved",
    access: Access::Person(Permission::OutcomeRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listUnresolved",
        summary: "Requests whose outcome is not known yet",
        details: "Requests that run at a provider or whose outcome nobody knows, the newest first; their holds stand. With \
                  `flagged=true` those to which evidence came late and that nobody has acknowledged since, also where \
                  they have ended.",
        parameters: &[
            Parameter::query("agent_id", "Only of this agent.", Kind::Text),
            Parameter::query("mode", "Only of this world of money.", Kind::OneOf(&["live", "test"])),
            Parameter::query("state", "Only in this state.", Kind::OneOf(&["running", "unknown"])),
            Parameter::query("flagged", "Only with, or only without, late evidence.", Kind::OneOf(&["true", "false"])),
            Parameter::query("older_than_seconds", "Only those that were decided so long ago or longer.", Kind::Text),
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            Parameter::query("cursor", "The `next_cursor` of the page before.", Kind::Text),
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<OutcomePageBody>() }],
        errors: &[],
    },
};

const FIND: Route = Route {
    method: Method::Get,
    path: "/ops/unresolved/{id}",
    access: Access::Person(Permission::OutcomeRead, |caller, input| Box::pin(handlers::find(caller, input))),
    changes: false,
    doc: Doc {
        id: "getUnresolved",
        summary: "All that helps decide about one of them",
        details: "With its payload and what of it is forwarded, its hold, its audit events, and what each resolution would \
                  do. Requests that a person ended, and flagged ones, are found here too; all others are 404.",
        parameters: &[],
        body: None,
        answers: &[Success {
            status: 200,
            meaning: "As it stands.",
            schema: SchemaOf::of::<OutcomeDetailBody<'static>>(),
        }],
        errors: &[],
    },
};

const RESOLVE: Route = Route {
    method: Method::Post,
    path: "/ops/unresolved/{id}/resolve",
    access: Access::Person(Permission::OutcomeResolve, |caller, input| Box::pin(handlers::resolve(caller, input))),
    changes: true,
    doc: Doc {
        id: "resolveUnresolved",
        summary: "Charge or release what nobody knows",
        details: "Exactly one of `charge_cents`, `charge_usd` and `release`, and a reason. A charge is at most the hold: the \
                  request becomes `executed`. A release frees the hold: the request becomes `failed` with \
                  `released_by_operator`. Evidence that comes later and says otherwise goes to the overrun and flags the \
                  request; it never reaches the account that paid. The same decision repeated under the same \
                  `Idempotency-Key` is answered as the first time, with `Idempotent-Replayed: true`.",
        parameters: &[Parameter {
            name: "Idempotency-Key",
            place: Place::Header,
            meaning: "The caller's name for this decision, 1 to 255 bytes.",
            kind: Kind::Text,
            required: false,
        }],
        body: Some(Body {
            schema: SchemaOf::of::<ResolveBody>(),
            example: r#"{"charge_cents":1,"reason":"The provider's invoice lists the message."}"#,
        }),
        answers: &[Success {
            status: 200,
            meaning: "The request as it ended.",
            schema: SchemaOf::of::<ServiceRequestBody<'static>>(),
        }],
        errors: &[(
            409,
            "`already_resolved`: it has ended, and `request` is how. `too_early`: the hold cannot be released before \
             `retry_at`. `still_dispatching`: it is being sent at this moment.",
        )],
    },
};

const ACKNOWLEDGE: Route = Route {
    method: Method::Post,
    path: "/ops/unresolved/{id}/acknowledge",
    access: Access::Person(Permission::OutcomeResolve, |caller, input| Box::pin(handlers::acknowledge(caller, input))),
    changes: true,
    doc: Doc {
        id: "acknowledgeLateEvidence",
        summary: "Take late evidence off the list",
        details: "Says, with a reason, that somebody has looked at evidence that came late: the request is no longer listed \
                  with `flagged=true`, until more evidence comes. Its money, its state and its events stay as they are. \
                  Again, before that, it changes nothing and is answered with `Idempotent-Replayed: true`. A request to \
                  which no evidence came late is 404.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AcknowledgeBody>(),
            example: r#"{"reason":"The provider corrected its invoice; refunded by hand."}"#,
        }),
        answers: &[Success { status: 200, meaning: "It is off the list.", schema: SchemaOf::of::<AcknowledgedBody>() }],
        errors: &[],
    },
};
