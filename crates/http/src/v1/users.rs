//! People of the whole installation, for those who run it. Only their sessions reach it; for everybody else nobody is there.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::{access::UserCaller, teams::Person, users::UserStanding};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Users", routes: &[SUSPEND, RESUME] };

const SUSPEND: Route = Route {
    method: Method::Post,
    path: "/admin/users/{id}/suspend",
    access: Access::Session(|caller, input| Box::pin(suspend(caller, input))),
    changes: true,
    doc: Doc {
        id: "suspendUser",
        summary: "Keep a person out",
        details: "By platform administrators; for everybody else it is 404. `{id}` is the person's id or address. From the next \
                  request on they can neither sign in nor use a session or a personal token, in any workspace; their sessions \
                  end for good. Their agents go on. Once more changes nothing.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<UserReason>(),
            example: r#"{"reason":"The account was taken over."}"#,
        }),
        answers: &[Success { status: 200, meaning: "Kept out.", schema: SchemaOf::of::<UserStandingBody>() }],
        errors: &[],
    },
};

const RESUME: Route = Route {
    method: Method::Post,
    path: "/admin/users/{id}/resume",
    access: Access::Session(|caller, input| Box::pin(resume(caller, input))),
    changes: true,
    doc: Doc {
        id: "resumeUser",
        summary: "Let a person in again",
        details: "By platform administrators; for everybody else it is 404. Their personal tokens are in force as before; they \
                  sign in anew.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<UserReason>(), example: r#"{"reason":"The password was changed."}"# }),
        answers: &[Success { status: 200, meaning: "Let in.", schema: SchemaOf::of::<UserStandingBody>() }],
        errors: &[],
    },
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
struct UserReason {
    /// For the audit trail of the platform; at most 500 characters.
    #[schema(value_type = String)]
    reason: Member,
}

/// A person of the installation.
#[derive(Debug, Serialize, ToSchema)]
struct UserStandingBody {
    id: String,
    email: String,
    suspended: bool,
    suspended_at: Option<String>,
    /// Who said so.
    suspended_by: Option<String>,
}

async fn suspend(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (who, reason) = wish(&input)?;
    ok(&body(input.api.parts.users.suspend(input.author(caller), who, reason).await?))
}

async fn resume(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (who, reason) = wish(&input)?;
    ok(&body(input.api.parts.users.resume(input.author(caller), who, reason).await?))
}

fn wish(input: &Input) -> Result<(Person, String), ApiError> {
    let who = match input.path("id", "user") {
        Ok(id) => Person::Id(id),
        Err(_) => Person::Email(input.path("id", "user")?),
    };
    let reason = fields::reason("reason", input.json::<UserReason>()?.reason)?;
    Ok((who, fields::required("reason", reason)?))
}

fn body(UserStanding { user, suspension }: UserStanding) -> UserStandingBody {
    UserStandingBody {
        id: user.id.to_string(),
        email: user.email.to_string(),
        suspended: suspension.is_some(),
        suspended_at: suspension.map(|one| one.since.to_string()),
        suspended_by: suspension.map(|one| one.by.to_string()),
    }
}
