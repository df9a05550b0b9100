//! What people do about their own sign-in. Only a session reaches it.

mod identities;

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::access::UserCaller;
use upivia_domain::{Secret, identity::NewPassword};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input, auth, cookies,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group =
    Group { name: "Your sign-in", routes: &[SIGN_OUT, PASSWORD, identities::LIST, identities::UNLINK] };

const SIGN_OUT: Route = Route {
    method: Method::Post,
    path: "/me/sign-out-everywhere",
    access: Access::Session(|caller, input| Box::pin(sign_out(caller, input))),
    changes: true,
    doc: Doc {
        id: "signOutEverywhere",
        summary: "End all of your sessions",
        details: "On every device, this one too, from the next request on. Personal tokens stay: remove them one by one.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<SignOut>(), example: "{}" }),
        answers: &[Success { status: 200, meaning: "They have ended.", schema: SchemaOf::of::<Done>() }],
        errors: &[],
    },
};

const PASSWORD: Route = Route {
    method: Method::Post,
    path: "/me/password",
    access: Access::Session(|caller, input| Box::pin(password(caller, input))),
    changes: true,
    doc: Doc {
        id: "changePassword",
        summary: "Change your password",
        details: "All of your sessions end; the answer carries a new one for this browser. Too many wrong attempts are 429.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<ChangePassword>(),
            example: r#"{"current_password":"correct horse","new_password":"battery staple"}"#,
        }),
        answers: &[Success { status: 200, meaning: "Changed.", schema: SchemaOf::of::<Done>() }],
        errors: &[],
    },
};

/// Nothing needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
struct SignOut {}

/// Both passwords.
#[derive(Deserialize, ToSchema)]
struct ChangePassword {
    /// As it is now.
    #[serde(alias = "currentPassword")]
    #[schema(value_type = String)]
    current_password: Member,
    /// 8 to 256 bytes, taken as typed.
    #[serde(alias = "newPassword")]
    #[schema(value_type = String)]
    new_password: Member,
}

/// It is so.
#[derive(Debug, Serialize, ToSchema)]
struct Done {
    ok: bool,
}

async fn sign_out(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let SignOut {} = input.json()?;
    let sign_ins = &input.api.parts.sign_ins;
    sign_ins.sign_out_everywhere(input.author(caller)).await?;
    let mut response = ok(&Done { ok: true })?;
    let names = sign_ins.names_among(&cookies::read(input.http()));
    cookies::clear(&input.api, &mut response, names.iter().map(String::as_str));
    Ok(response)
}

async fn password(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let ChangePassword { current_password, new_password } = input.json()?;
    let current = fields::required("current_password", fields::text("current_password", current_password)?)?;
    let new = fields::required("new_password", fields::text("new_password", new_password)?)?;
    let new = NewPassword::try_from(new).map_err(|error| ApiError::invalid("new_password", error))?;
    let (api, account) = (&input.api, caller.email.to_string());
    let (peer, now) = (input.http().peer_addr().map(|peer| peer.ip()), api.parts.clock.now().micros());
    api.attempts.begin(&account, peer, now)?;
    let changed = api.parts.sign_ins.change_password(input.author(caller), &Secret::new(current), &new).await?;
    api.attempts.succeeded(&account, peer, now);
    let mut response = ok(&Done { ok: true })?;
    auth::handlers::keep(api, &mut response, &cookies::read(input.http()), &changed)?;
    Ok(response)
}
