//! The whole document.

use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, ServerBuilder,
    path::HttpMethod,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};

use super::{SchemaOf, operation};
use crate::{
    error::ErrorBody,
    registration::PREFIXES,
    route::{Method, Route},
    table::{GROUPS, routes},
};

const ABOUT: &str = "Every amount is an integer number of US cents in a field that ends in `_cents`, with the exact decimal \
in a field that ends in `_usd` beside it. Timestamps are ISO 8601 in UTC. `null` and an absent member mean the same. \
Everything below `/api/v1` is also served below `/v1`.";

/// Over https its name begins with `__Secure-`.
const SESSION_COOKIE: &str = "next-auth.session-token";

const SESSION: &str = "A person who signed in at /api/auth. Changes are accepted from pages of this server only.";

/// The document that `GET /openapi.json` answers.
pub fn document() -> OpenApi {
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new().title("Upivia API").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).license(
                Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()),
            ),
        )
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(GROUPS.iter().map(|group| TagBuilder::new().name(group.name).build())))
        .paths(paths())
        .components(Some(components()))
        .build()
}

fn paths() -> Paths {
    let mut paths = Paths::new();
    for (group, route) in routes() {
        let path = format!("{}{}", PREFIXES[0], route.path);
        paths.add_path_operation(path, vec![method(route.method)], operation::operation(group, route));
    }
    paths
}

const fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}

fn components() -> utoipa::openapi::Components {
    let schemas = routes().flat_map(|(_, route)| schemas(route)).chain(SchemaOf::of::<ErrorBody>().components());
    let bearer = |format, meaning| {
        let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format).description(Some(meaning));
        SecurityScheme::Http(http.build())
    };
    let meaning = "HMAC-SHA256 over the time and the raw body: `t=<unix seconds>,v1=<hex>`.";
    let signature = ApiKeyValue::with_description(operation::SIGNATURE, meaning);
    ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(
            "agentKey",
            bearer("agent_key_live_… | agent_key_test_…", "The key of an agent, live or test."),
        )
        .security_scheme(
            "personalToken",
            bearer("upivia_pat_live_…", "The personal token of a person in one organization."),
        )
        .security_scheme("signature", SecurityScheme::ApiKey(ApiKey::Header(signature)))
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(SESSION_COOKIE, SESSION))),
        )
        .build()
}

fn schemas(route: &Route) -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
    let body = route.doc.body.iter().map(|body| body.schema);
    let answers = route.doc.answers.iter().map(|answer| answer.schema);
    body.chain(answers).flat_map(|schema| schema.components()).collect()
}
