//! Operations that nobody may buy because they cost more than their holds too often.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::{access::UserCaller, suspensions::Suspension};
use upivia_domain::{catalog::OperationName, identity::Permission};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Suspensions", routes: &[LIST, LIFT] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/suspensions",
    access: Access::Person(Permission::SuspensionRead, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listSuspensions",
        summary: "Suspended operations",
        details: "An operation whose provider billed more than was held three times in a day is suspended in that mode: \
                  requests for it are `blocked` with `operation_suspended` until a person lifts it.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "All of them.", schema: SchemaOf::of::<SuspensionList>() }],
        errors: &[],
    },
};

const LIFT: Route = Route {
    method: Method::Post,
    path: "/suspensions/{id}/lift",
    access: Access::Person(Permission::OperationResume, |caller, input| Box::pin(lift(caller, input))),
    changes: true,
    doc: Doc {
        id: "liftSuspension",
        summary: "Let an operation be bought again",
        details: "`id` is the dotted name of the operation. Lift it once the price or the bound is right: three more overruns \
                  in the same day suspend it again.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<Lift>(),
            example: r#"{"mode":"test","reason":"The price of the model was corrected."}"#,
        }),
        answers: &[Success { status: 200, meaning: "It can be bought.", schema: SchemaOf::of::<SuspensionBody>() }],
        errors: &[],
    },
};

/// Why it may be bought again.
#[derive(Debug, Deserialize, ToSchema)]
struct Lift {
    /// `live` or `test`.
    #[schema(value_type = String)]
    mode: Member,
    /// For the audit trail; at most 500 characters.
    #[schema(value_type = String)]
    reason: Member,
}

/// Suspended operations.
#[derive(Debug, Serialize, ToSchema)]
struct SuspensionList {
    suspensions: Vec<SuspensionBody>,
}

/// An operation in one mode.
#[derive(Debug, Serialize, ToSchema)]
struct SuspensionBody {
    #[schema(example = "email")]
    service: String,
    #[schema(example = "send")]
    operation: String,
    mode: &'static str,
    /// Whether it is suspended now.
    suspended: bool,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let found = input.api.parts.suspensions.list(caller.org).await.map_err(|_| ApiError::Unavailable)?;
    ok(&SuspensionList { suspensions: found.iter().map(|one| body(one, true)).collect() })
}

async fn lift(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let operation: OperationName = input.path("id", "suspension")?;
    let Lift { mode, reason } = input.json()?;
    let mode = fields::required("mode", fields::parsed("mode", mode)?)?;
    let reason = fields::required("reason", fields::reason("reason", reason)?)?;
    let suspension = Suspension { mode, operation };
    input.api.parts.suspensions.lift(input.author(caller), suspension.clone(), reason).await?;
    ok(&body(&suspension, false))
}

fn body(suspension: &Suspension, suspended: bool) -> SuspensionBody {
    SuspensionBody {
        service: suspension.operation.service().to_owned(),
        operation: suspension.operation.operation().to_owned(),
        mode: suspension.mode.as_str(),
        suspended,
    }
}
