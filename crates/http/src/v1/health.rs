//! Whether the process is alive and may be sent requests.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    openapi::{Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Health",
    routes: &[
        Route {
            method: Method::Get,
            path: "/healthz",
            access: Access::Public(|input| Box::pin(healthz(input))),
            changes: false,
            doc: Doc {
                id: "healthz",
                summary: "Whether the store answers",
                details: "For liveness probes.",
                parameters: &[],
                body: None,
                answers: &[Success { status: 200, meaning: "It does.", schema: SchemaOf::of::<HealthBody>() }],
                errors: &[(503, "It does not.")],
            },
        },
        Route {
            method: Method::Get,
            path: "/health/readiness",
            access: Access::Public(|input| Box::pin(readiness(input))),
            changes: false,
            doc: Doc {
                id: "readiness",
                summary: "Whether this process may be sent requests",
                details: "The store answers, the lease of the process is fresh, and its clock is right.",
                parameters: &[],
                body: None,
                answers: &[Success { status: 200, meaning: "It may.", schema: SchemaOf::of::<HealthBody>() }],
                errors: &[(503, "It may not; the message says why.")],
            },
        },
    ],
};

/// A good answer; a bad one is an error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    #[schema(example = "ok")]
    status: &'static str,
}

async fn healthz(input: Input) -> Result<HttpResponse, ApiError> {
    store_answers(&input).await?;
    ok(&HealthBody { status: "ok" })
}

async fn readiness(input: Input) -> Result<HttpResponse, ApiError> {
    input.api.parts.readiness.check().map_err(ApiError::NotReady)?;
    store_answers(&input).await?;
    ok(&HealthBody { status: "ready" })
}

async fn store_answers(input: &Input) -> Result<(), ApiError> {
    let pinged = input.api.parts.reports.ping().await;
    pinged.map_err(|_| ApiError::NotReady("the store does not answer".to_owned()))
}
