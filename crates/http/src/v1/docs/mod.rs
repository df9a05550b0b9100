//! What this API is: for people as a page, for generators as OpenAPI, for language models as one JSON document.

mod goods;
mod guide;
mod page;

use actix_web::HttpResponse;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

pub(crate) use self::page::Page;
use super::present::once;
use crate::{
    ApiError, Input,
    openapi::{Doc, SchemaOf, Success, document},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Documentation",
    routes: &[
        Route {
            method: Method::Get,
            path: "/docs",
            access: Access::Public(|input| Box::pin(page(input))),
            changes: false,
            doc: Doc {
                id: "docs",
                summary: "This API as a page for people",
                details: "Every endpoint with its parameters, bodies, examples and errors, as the OpenAPI document says. Open it \
                          in a browser.",
                parameters: &[],
                body: None,
                answers: &[Success { status: 200, meaning: "The page.", schema: SchemaOf::html::<HtmlPage>() }],
                errors: &[],
            },
        },
        Route {
            method: Method::Get,
            path: "/openapi.json",
            access: Access::Public(|input| Box::pin(openapi(input))),
            changes: false,
            doc: Doc {
                id: "openapi",
                summary: "This API as OpenAPI 3.1",
                details: "Made from the same table as the routes themselves.",
                parameters: &[],
                body: None,
                answers: &[Success { status: 200, meaning: "The document.", schema: SchemaOf::of::<Document>() }],
                errors: &[],
            },
        },
        Route {
            method: Method::Get,
            path: "/agent-docs",
            access: Access::Public(|input| Box::pin(agent_docs(input))),
            changes: false,
            doc: Doc {
                id: "agentDocs",
                summary: "All that a language model needs to use this API",
                details: "How to authenticate, dispatch and retry, what the answers mean, what can be bought for how much, an \
                          example of every operation, and every endpoint that an agent's key opens: what people do is in \
                          the OpenAPI document. `approx_tokens` says how much of a model's attention it takes: its bytes \
                          divided by four. Paste it into a model.",
                parameters: &[],
                body: None,
                answers: &[Success { status: 200, meaning: "The document.", schema: SchemaOf::of::<Document>() }],
                errors: &[],
            },
        },
    ],
};

/// A JSON document that describes itself.
pub(crate) struct Document;

impl ToSchema for Document {}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        let object =
            ObjectBuilder::new().schema_type(Type::Object).description(Some("A JSON document that describes itself."));
        RefOr::T(Schema::Object(object.build()))
    }
}

/// A document of HTML.
pub(crate) struct HtmlPage;

impl ToSchema for HtmlPage {}

impl PartialSchema for HtmlPage {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some("A document of HTML."));
        RefOr::T(Schema::Object(text.build()))
    }
}

async fn page(input: Input) -> Result<HttpResponse, ApiError> {
    Ok(input.api.documents.page.get_or_init(Page::new).answer())
}

async fn openapi(input: Input) -> Result<HttpResponse, ApiError> {
    once(&input.api.documents.openapi, || document().to_json().map(String::into_bytes))
}

async fn agent_docs(input: Input) -> Result<HttpResponse, ApiError> {
    let (catalog, now) = (&input.api.parts.catalog, input.api.parts.clock.now());
    input.api.documents.agent_docs.answer(catalog.changed_by(now), || guide::written(catalog, now))
}
