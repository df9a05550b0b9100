//! The catalogue: what can be bought, with schemas and prices. Public: its ids and names are the words of dispatch.
//!
//! Without a credential it is the same bytes for everybody; with one it says too what is configured and bound.

mod own;
mod price;
mod view;

use actix_web::HttpResponse;
use upivia_application::access::Principal;

pub(crate) use self::{price::ModelBody, view::ServiceList};
use super::present::ok;
use crate::{
    ApiError, Input,
    openapi::{Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Services",
    routes: &[Route {
        method: Method::Get,
        path: "/services",
        access: Access::Open(|caller, input| Box::pin(list(caller, input))),
        changes: false,
        doc: Doc {
            id: "listServices",
            summary: "The catalogue of services and operations",
            details: "`id` and `name` are sent as `service` and `operation` of a request. `price` says exactly what \
                      `base_price_cents` can only round. Prices are those in force now; an operation without one is left \
                      out, for it is refused. With a credential each operation says too for which money a provider is \
                      configured, and to an agent whether and how it is bound.",
            parameters: &[],
            body: None,
            answers: &[Success {
                status: 200,
                meaning: "The catalogue.",
                schema: SchemaOf::of::<ServiceList<'static>>(),
            }],
            errors: &[],
        },
    }],
};

async fn list(caller: Option<Principal>, input: Input) -> Result<HttpResponse, ApiError> {
    let (parts, now) = (&input.api.parts, input.api.parts.clock.now());
    let public = || ServiceList::of(&parts.catalog, now);
    match caller {
        None => input.api.documents.services.answer(parts.catalog.changed_by(now), || serde_json::to_vec(&public())),
        Some(caller) => ok(&own::seen_by(public(), &caller, parts).await?),
    }
}
