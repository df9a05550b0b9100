//! What this API is: for generators as OpenAPI, for language models as one JSON document.

mod guide;

use actix_web::HttpResponse;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

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
                details: "How to authenticate and dispatch, what the answers mean, what can be bought for how much, and every \
                          endpoint. Paste it into a model.",
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

async fn openapi(input: Input) -> Result<HttpResponse, ApiError> {
    once(&input.api.documents.openapi, || document().to_json().map(String::into_bytes))
}

async fn agent_docs(input: Input) -> Result<HttpResponse, ApiError> {
    once(&input.api.documents.agent_docs, || {
        let guide: Value = guide::guide(&input.api.parts.catalog)?;
        serde_json::to_vec(&guide)
    })
}
