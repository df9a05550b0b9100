//! What providers of identity call a person: look, and take one away. Linking is signing in there.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{
    access::UserCaller,
    sign_in::{OwnIdentities, OwnIdentity},
};
use utoipa::ToSchema;

use super::Done;
use crate::{
    ApiError, Input,
    openapi::{Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::ok,
};

pub(super) const LIST: Route = Route {
    method: Method::Get,
    path: "/me/identities",
    access: Access::Session(|caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listIdentities",
        summary: "By what you can sign in",
        details: "Whether you have a password, and the providers of identity that know you. One whose `provider` is null is not \
                  configured here any more: nobody signs in by it.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "By issuer.", schema: SchemaOf::of::<IdentityList>() }],
        errors: &[],
    },
};

pub(super) const UNLINK: Route = Route {
    method: Method::Delete,
    path: "/me/identities/{id}",
    access: Access::Session(|caller, input| Box::pin(unlink(caller, input))),
    changes: true,
    doc: Doc {
        id: "unlinkIdentity",
        summary: "Take away an identity at a provider",
        details: "Nobody signs in by it as you any more. Sessions stay: end them with `POST /me/sign-out-everywhere`. Whoever \
                  proves your address at that provider links theirs by signing in.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "It is gone.", schema: SchemaOf::of::<Done>() }],
        errors: &[
            (404, "You have no such identity."),
            (409, "`last_sign_in`: you have no password, and nothing else to sign in by."),
        ],
    },
};

/// By what a person can sign in.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityList {
    has_password: bool,
    identities: Vec<IdentityBody>,
}

/// What a provider calls a person.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityBody {
    id: String,
    /// The provider, by its address.
    #[schema(example = "https://accounts.example.com")]
    issuer: String,
    /// The name on its button; null where it is not configured here.
    provider: Option<String>,
    created_at: String,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let OwnIdentities { has_password, identities } = input.api.parts.sign_ins.identities(&caller).await?;
    ok(&IdentityList { has_password, identities: identities.into_iter().map(IdentityBody::from).collect() })
}

async fn unlink(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id: String = input.path("id", "identity")?;
    input.api.parts.sign_ins.unlink(input.author(caller), id).await?;
    ok(&Done { ok: true })
}

impl From<OwnIdentity> for IdentityBody {
    fn from(OwnIdentity { identity, provider }: OwnIdentity) -> Self {
        Self { id: identity.id(), issuer: identity.issuer, provider, created_at: identity.created_at.to_string() }
    }
}
