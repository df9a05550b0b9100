//! The catalogue: what can be bought, with schemas and prices. Public: its ids and names are the words of dispatch.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;
use upivia_domain::{
    NanoUsd,
    catalog::{Catalog, Operation, Price},
};
use utoipa::ToSchema;

use super::present::once;
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
        access: Access::Public(|input| Box::pin(list(input))),
        changes: false,
        doc: Doc {
            id: "listServices",
            summary: "The catalogue of services and operations",
            details: "`id` and `name` are sent as `service` and `operation` of a request. `price` says exactly what \
                      `base_price_cents` can only round.",
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

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceList<'a> {
    services: Vec<ServiceBody<'a>>,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceBody<'a> {
    /// What is sent as `service`.
    #[schema(example = "email")]
    id: &'a str,
    /// The same as `id`.
    name: &'a str,
    /// What its operations do.
    description: String,
    operations: Vec<OperationBody<'a>>,
}

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
struct OperationBody<'a> {
    /// What is sent as `operation`.
    #[schema(example = "send")]
    name: &'a str,
    /// The dotted name, which may be sent as `operation` without a service.
    #[schema(example = "email.send")]
    id: &'a str,
    description: &'a str,
    /// What one request costs at least, rounded up; 0 for what is free or priced by use.
    base_price_cents: i64,
    price: PriceBody<'a>,
    /// JSON Schema of the payload.
    #[schema(value_type = Object)]
    input_schema: &'a Value,
    /// JSON Schema of the result.
    #[schema(value_type = Object)]
    output_schema: &'a Value,
}

/// How the cost follows from the payload.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PriceBody<'a> {
    /// Costs nothing.
    Free,
    /// The same for every request.
    Flat {
        /// Exactly.
        usd: String,
    },
    /// By the tokens of a language model.
    Tokens {
        /// The models that can be asked for.
        models: Vec<ModelBody<'a>>,
    },
}

/// What a language model costs.
#[derive(Debug, Serialize, ToSchema)]
struct ModelBody<'a> {
    #[schema(example = "openai/gpt-4o-mini")]
    model: &'a str,
    /// Per 10⁶ tokens read.
    input_usd_per_million: String,
    /// Per 10⁶ tokens written.
    output_usd_per_million: String,
    /// What is reserved and sent where the request names no `max_tokens`.
    default_max_tokens: u32,
    /// A larger `max_tokens` is refused.
    largest_max_tokens: u32,
}

async fn list(input: Input) -> Result<HttpResponse, ApiError> {
    once(&input.api.documents.services, || serde_json::to_vec(&ServiceList::of(&input.api.parts.catalog)))
}

impl<'a> ServiceList<'a> {
    /// Operations come by name, so those of a service stand together.
    pub(crate) fn of(catalog: &'a Catalog) -> Self {
        let mut services: Vec<ServiceBody<'a>> = Vec::new();
        for operation in catalog.iter() {
            let (service, body) = (operation.name.service(), operation_body(catalog, operation));
            match services.last_mut().filter(|last| last.id == service) {
                Some(last) => last.operations.push(body),
                None => services.push(ServiceBody {
                    id: service,
                    name: service,
                    description: String::new(),
                    operations: vec![body],
                }),
            }
        }
        services.iter_mut().for_each(describe);
        Self { services }
    }
}

fn describe(service: &mut ServiceBody<'_>) {
    let sentences: Vec<&str> = service.operations.iter().map(|operation| operation.description).collect();
    service.description = sentences.join(" ");
}

fn operation_body<'a>(catalog: &'a Catalog, operation: &'a Operation) -> OperationBody<'a> {
    OperationBody {
        name: operation.name.operation(),
        id: operation.name.as_str(),
        description: &operation.description,
        base_price_cents: if let Price::Flat(price) = operation.price { price.cents_rounded_up() } else { 0 },
        price: price(catalog, operation.price),
        input_schema: &operation.input_schema,
        output_schema: &operation.output_schema,
    }
}

fn price(catalog: &Catalog, price: Price) -> PriceBody<'_> {
    match price {
        Price::Free => PriceBody::Free,
        Price::Flat(price) => PriceBody::Flat { usd: price.to_string() },
        Price::Tokens => PriceBody::Tokens { models: models(catalog) },
    }
}

fn models(catalog: &Catalog) -> Vec<ModelBody<'_>> {
    let usd = |nanos: u64| NanoUsd::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX)).to_string();
    let body = |(model, price): (_, &upivia_domain::catalog::ModelPrice)| ModelBody {
        model,
        input_usd_per_million: usd(price.input_nanos_per_million),
        output_usd_per_million: usd(price.output_nanos_per_million),
        default_max_tokens: price.default_max_tokens,
        largest_max_tokens: price.largest_max_tokens,
    };
    catalog.models().iter().map(body).collect()
}
