//! An organization as its owner ends it.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::access::UserCaller;
use upivia_domain::{OrgId, identity::Permission};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Organizations", routes: &[CLOSE] };

const CLOSE: Route = Route {
    method: Method::Post,
    path: "/orgs/{id}/close",
    access: Access::Person(Permission::OrganizationClose, |caller, input| Box::pin(close(caller, input))),
    changes: true,
    doc: Doc {
        id: "closeOrganization",
        summary: "Close the organization for good",
        details: "Only an owner may, and there is no way back. At once every agent key is dead (401), nothing is admitted, \
                  and money goes no more to teams, workers and agents. Requests that are on their way end and are settled. \
                  Once none is open, what teams, workers and agents had left goes back to the wallet, and the status becomes \
                  `closed`. Members can still sign in, and read and export everything. Money that is left stays in the \
                  wallet, visible in `GET /balance`, until a platform administrator pays it out, which is an event of the \
                  audit trail; nothing expires by itself. Repeated, it answers the present status.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CloseOrganization>(),
            example: r#"{"confirm":true,"reason":"The project is over."}"#,
        }),
        answers: &[Success {
            status: 200,
            meaning: "It is closing, or closed already.",
            schema: SchemaOf::of::<ClosedBody>(),
        }],
        errors: &[],
    },
};

/// That an organization is to end.
#[derive(Debug, Deserialize, ToSchema)]
struct CloseOrganization {
    /// Must be true: there is no way back.
    #[schema(value_type = bool)]
    confirm: Member,
    /// For the audit trail; at most 500 characters.
    #[schema(value_type = Option<String>, max_length = 500)]
    reason: Member,
}

/// How far it is.
#[derive(Debug, Serialize, ToSchema)]
struct ClosedBody {
    id: String,
    /// `closing` while requests are open, then `closed`.
    #[schema(example = "closing")]
    status: &'static str,
}

async fn close(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id: OrgId = input.path("id", "organization")?;
    if id != caller.org {
        return Err(ApiError::NotFound("organization"));
    }
    let CloseOrganization { confirm, reason } = input.json()?;
    if fields::flag("confirm", confirm)? != Some(true) {
        return Err(ApiError::invalid("confirm", "must be true: a closed organization cannot be opened again"));
    }
    let reason = fields::reason("reason", reason)?.unwrap_or_default();
    let status = input.api.parts.organizations.close(input.author(caller), id, reason).await?;
    ok(&ClosedBody { id: id.to_string(), status: status.as_str() })
}
