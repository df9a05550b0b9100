//! From a row of the table to an operation of the document.

use serde_json::Value;
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
    path::{Operation, OperationBuilder, Parameter as Shown, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::Type,
    security::SecurityRequirement,
};

use super::{Body, Kind, Parameter, Place, SchemaOf, Success};
use crate::route::{Credential, Route};

/// The name of the schema of every error.
pub(super) const ERROR: &str = "ErrorBody";

pub(super) fn operation(group: &str, route: &Route) -> Operation {
    let path_parts = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters = path_parts.map(path_parameter).chain(route.doc.parameters.iter().map(parameter));
    let mut operation = OperationBuilder::new()
        .tag(group)
        .operation_id(Some(route.doc.id))
        .summary(Some(route.doc.summary))
        .description(Some(description(route)))
        .parameters(Some(parameters))
        .securities(Some(security(route)))
        .request_body(route.doc.body.as_ref().map(request_body));
    for answer in route.doc.answers {
        operation = operation.response(answer.status.to_string(), success(answer));
    }
    for (status, meaning) in errors(route) {
        operation = operation.response(status.to_string(), error(status, meaning));
    }
    operation.build()
}

/// The errors that follow from what a route is, and those that its row adds.
pub(super) fn errors(route: &Route) -> Vec<(u16, &'static str)> {
    let reads = route.method.has_body();
    let guarded = !route.access.credentials().is_empty();
    let named = route.path.contains('{');
    let common = [
        (reads || !route.doc.parameters.is_empty(), 400, "Something that was sent cannot be; `field` says what."),
        (guarded, 401, "The credential is missing, expired or revoked."),
        (!route.access.optional().is_empty(), 401, "The credential that was shown opens nothing."),
        (guarded, 403, "The credential is valid, but this is not for it."),
        (named, 404, "There is no such thing, or it belongs to another organization."),
        (reads, 408, "The body did not arrive in time."),
        (reads, 413, "The body is larger than 1 MiB."),
        (reads, 415, "The body is not JSON by its headers."),
        (true, 429, "More than this caller may ask for; nothing was done. Repeat it after `Retry-After` seconds."),
        (true, 431, "The headers are too many or too large."),
        (true, 500, "A defect; it was logged under the id in `x-request-id`."),
        (
            true,
            503,
            "The ledger could not answer; repeat the same call, a paid action with the same idempotency key, after `Retry-After` seconds.",
        ),
    ];
    let applies = common.into_iter().filter(|(applies, ..)| *applies).map(|(_, status, meaning)| (status, meaning));
    let own = route.doc.errors.iter().copied();
    own.clone().chain(applies.filter(|(status, _)| own.clone().all(|(other, _)| other != *status))).collect()
}

fn description(route: &Route) -> String {
    match route.access.permission() {
        Some(permission) => format!("{}\n\nPeople need the permission `{}`.", route.doc.details, permission.as_str()),
        None => route.doc.details.to_owned(),
    }
}

/// Any one of these is enough; a public route has none, and where a credential is optional, the first one is none.
fn security(route: &Route) -> Vec<SecurityRequirement> {
    let optional = route.access.optional();
    let nobody = (!optional.is_empty()).then(SecurityRequirement::default);
    let schemes = route.access.credentials().iter().chain(optional).filter_map(|credential| scheme(*credential));
    nobody.into_iter().chain(schemes.map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()))).collect()
}

/// The header of a signed message.
pub(crate) const SIGNATURE: &str = "X-Upivia-Signature";

/// How a credential is called in the document.
pub(super) const fn scheme(credential: Credential) -> Option<&'static str> {
    match credential {
        Credential::AgentKey => Some("agentKey"),
        Credential::PersonalToken => Some("personalToken"),
        Credential::Session => Some("session"),
        Credential::Signature => Some("signature"),
    }
}

fn path_parameter(name: &str) -> Shown {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let id = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
    id.description(Some("The id.")).schema(Some(text)).build()
}

fn parameter(parameter: &Parameter) -> Shown {
    let place = match parameter.place {
        Place::Query => ParameterIn::Query,
        Place::Header => ParameterIn::Header,
    };
    let required = if parameter.required { Required::True } else { Required::False };
    let shown = ParameterBuilder::new().name(parameter.name).parameter_in(place).required(required);
    shown.description(Some(parameter.meaning)).schema(Some(kind(parameter.kind))).build()
}

/// What can be an instant in a query.
const TIME: &str = "^([0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?)?$";

fn kind(kind: Kind) -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let object = match kind {
        Kind::Text => text,
        Kind::Time => text.pattern(Some(TIME)).description(Some(
            "ISO 8601 with an offset; a bare date is its first instant in UTC; an empty text is none.",
        )),
        Kind::OneOf(words) => {
            text.enum_values(Some(words.iter().copied().chain([""]))).description(Some("An empty text is none."))
        }
        Kind::Limit { default, most } => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1_u32))
            .maximum(Some(most))
            .default(Some(default.into())),
    };
    Schema::Object(object.build())
}

fn reference(schema: &SchemaOf) -> RefOr<Schema> {
    Ref::from_schema_name(schema.name()).into()
}

fn request_body(body: &Body) -> RequestBody {
    let example: Option<Value> = serde_json::from_str(body.example).ok();
    let content = ContentBuilder::new().schema(Some(reference(&body.schema))).example(example).build();
    let required = if is_needed(body) { Required::True } else { Required::False };
    RequestBodyBuilder::new().required(Some(required)).content("application/json", content).build()
}

/// A body of which nothing is needed need not be there either: an empty one is an empty object.
fn is_needed(body: &Body) -> bool {
    match body.schema.components().into_iter().next() {
        Some((_, RefOr::T(Schema::Object(object)))) => !object.required.is_empty() || object.min_properties.is_some(),
        _ => true,
    }
}

fn success(answer: &Success) -> Response {
    let content = ContentBuilder::new().schema(Some(reference(&answer.schema))).build();
    traced(ResponseBuilder::new().description(answer.meaning)).content(answer.schema.media(), content).build()
}

fn error(status: u16, meaning: &str) -> Response {
    let schema: RefOr<Schema> = Ref::from_schema_name(ERROR).into();
    let response = traced(ResponseBuilder::new().description(meaning));
    let response = response.content("application/json", ContentBuilder::new().schema(Some(schema)).build());
    if matches!(status, 429 | 503) { response.header("Retry-After", seconds()).build() } else { response.build() }
}

fn traced(response: ResponseBuilder) -> ResponseBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    let id = HeaderBuilder::new().schema(Some(text)).description(Some("The id of this HTTP request.")).build();
    response.header("x-request-id", id)
}

fn seconds() -> utoipa::openapi::Header {
    let number = ObjectBuilder::new().schema_type(Type::Integer).build();
    HeaderBuilder::new().schema(Some(number)).description(Some("Seconds to wait.")).build()
}
