//! A new password for whoever forgot theirs. Neither route needs a credential: who reads the mail is the person.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_domain::{
    Secret,
    identity::{Email, NewPassword},
};
use utoipa::ToSchema;

use super::{
    docs::HtmlPage,
    link_page,
    present::{ok, with_status},
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Forgotten passwords", routes: &[FORGOT, RESET, PAGE] };

const FORGOT: Route = Route {
    method: Method::Post,
    path: "/auth/password/forgot",
    access: Access::Public(|input| Box::pin(forgot(input))),
    // What comes of it comes later, and nobody learns here whether it does.
    changes: false,
    doc: Doc {
        id: "forgotPassword",
        summary: "Ask for a new password by mail",
        details: "If an account has the address, a mail with a link goes there; it holds for an hour and once, and another one is \
                  sent after two minutes at the earliest. The answer is the same, and comes as fast, whether the address is known \
                  or not. With `not_configured` the server has no mail server: an operator sets passwords by `upivia password`. \
                  Too many requests are 429.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<ForgotPassword>(), example: r#"{"email":"grace@example.com"}"# }),
        answers: &[Success { status: 202, meaning: "Heard.", schema: SchemaOf::of::<Heard>() }],
        errors: &[],
    },
};

const RESET: Route = Route {
    method: Method::Post,
    path: "/auth/password/reset",
    access: Access::Public(|input| Box::pin(reset(input))),
    changes: true,
    doc: Doc {
        id: "resetPassword",
        summary: "Choose a new password by the token of a mail",
        details: "The token of the link is the authentication, and is used once. All sessions of the person end, and a mail tells \
                  them. A token that was used, replaced or has ended is 400 with the field `token`. Sign in at `/api/auth` \
                  afterwards.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<ResetPassword>(),
            example: r#"{"token":"upivia_reset_…","password":"battery staple"}"#,
        }),
        answers: &[Success { status: 200, meaning: "Changed.", schema: SchemaOf::of::<Changed>() }],
        errors: &[],
    },
};

const PAGE: Route = Route {
    method: Method::Get,
    path: "/auth/password/reset",
    access: Access::Public(|input| Box::pin(page(input))),
    changes: false,
    doc: Doc {
        id: "resetPasswordPage",
        summary: "The page behind the link of such a mail",
        details: "Takes a password and sets it. The token stands behind the `#` of the link.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The page.", schema: SchemaOf::html::<HtmlPage>() }],
        errors: &[],
    },
};

/// Who forgot it.
#[derive(Debug, Deserialize, ToSchema)]
struct ForgotPassword {
    /// The address of the account.
    #[schema(value_type = String, example = "grace@example.com")]
    email: Member,
}

/// The new password.
#[derive(Deserialize, ToSchema)]
struct ResetPassword {
    /// Of the link, what stands behind the `#`.
    #[schema(value_type = String)]
    token: Member,
    /// 8 to 256 bytes, taken as typed.
    #[serde(alias = "new_password", alias = "newPassword")]
    #[schema(value_type = String)]
    password: Member,
}

/// The request was heard.
#[derive(Debug, Serialize, ToSchema)]
struct Heard {
    /// `queued`, if an account has the address; or `not_configured`, whether one has it or not.
    #[schema(example = "queued")]
    mail: &'static str,
}

/// It is so.
#[derive(Debug, Serialize, ToSchema)]
struct Changed {
    ok: bool,
}

async fn forgot(input: Input) -> Result<HttpResponse, ApiError> {
    let ForgotPassword { email } = input.json()?;
    let email: Email = fields::required("email", fields::parsed("email", email)?)?;
    input.begin_link(&format!("forgot\n{email}"))?;
    let would = input.api.parts.password_resets.forgot(email, Some(input.trace.shared()))?;
    with_status(StatusCode::ACCEPTED, &Heard { mail: would.as_str() })
}

async fn reset(input: Input) -> Result<HttpResponse, ApiError> {
    let ResetPassword { token, password } = input.json()?;
    let token = Secret::new(fields::required("token", fields::text("token", token)?)?);
    let password = fields::required("password", fields::text("password", password)?)?;
    let password = NewPassword::try_from(password).map_err(|error| ApiError::invalid("password", error))?;
    input.begin_link(&format!("reset\n{}", token.expose()))?;
    input.api.parts.password_resets.reset(&token, &password, Some(input.trace.shared())).await?;
    ok(&Changed { ok: true })
}

async fn page(input: Input) -> Result<HttpResponse, ApiError> {
    Ok(link_page::answer(&input.api.documents.link_page))
}
