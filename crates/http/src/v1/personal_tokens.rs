//! Personal tokens of whoever is signed in. Only a session reaches them: who finds a token cannot make another one.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::UserCaller,
    personal_tokens::{NewPersonalToken, PersonalToken, TokenChange},
};
use upivia_domain::{
    CredentialId, Timestamp,
    identity::{Permission, PermissionSet},
};
use utoipa::ToSchema;

use super::present::{ok, with_status};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Personal tokens", routes: &[LIST, CREATE, UPDATE, REMOVE] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/personal-tokens",
    access: Access::Session(|caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listPersonalTokens",
        summary: "Your personal tokens",
        details: "Those that open the workspace in which the session acts. The tokens themselves are never shown again.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The oldest first.", schema: SchemaOf::of::<TokenList>() }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/personal-tokens",
    access: Access::SignedIn(Permission::TokenMint, |caller, input| Box::pin(create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createPersonalToken",
        summary: "Make a personal token",
        details: "It may what you may, in the workspace in which the session acts, and is shown for the only time. With \
                  `permissions` it may those at most, and never more than your role includes at the time of the request; one \
                  that you lack is 400.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateToken>(),
            example: r#"{"name":"Laptop","permissions":["usage.read","balance.read"]}"#,
        }),
        answers: &[Success { status: 201, meaning: "The token.", schema: SchemaOf::of::<MintedToken>() }],
        errors: &[(409, "There are 50 already.")],
    },
};

const UPDATE: Route = Route {
    method: Method::Patch,
    path: "/personal-tokens/{id}",
    access: Access::Session(|caller, input| Box::pin(update(caller, input))),
    changes: true,
    doc: Doc {
        id: "updatePersonalToken",
        summary: "Rename a personal token, or turn it off or on",
        details: "One that is off opens nothing, from the next request on.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<UpdateToken>(), example: r#"{"enabled":false}"# }),
        answers: &[Success { status: 200, meaning: "As it is now.", schema: SchemaOf::of::<TokenBody>() }],
        errors: &[],
    },
};

const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/personal-tokens/{id}",
    access: Access::Session(|caller, input| Box::pin(remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "deletePersonalToken",
        summary: "Remove a personal token",
        details: "It opens nothing any more, for good.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "Removed.", schema: SchemaOf::of::<RemovedToken>() }],
        errors: &[],
    },
};

/// A token to be.
#[derive(Debug, Deserialize, ToSchema)]
struct CreateToken {
    /// 1 to 200 characters.
    #[serde(alias = "label")]
    #[schema(value_type = String, example = "Laptop")]
    name: Member,
    /// ISO 8601 with an offset; absent: it does not end by itself.
    #[serde(alias = "expiresAt")]
    #[schema(value_type = Option<String>)]
    expires_at: Member,
    /// Names of permissions, at least one; absent: all that you may.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Member,
}

/// A change of a token.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
struct UpdateToken {
    /// Absent: it keeps its name.
    #[serde(alias = "label")]
    #[schema(value_type = Option<String>)]
    name: Member,
    /// Absent: it stays as it is.
    #[serde(alias = "active")]
    #[schema(value_type = Option<bool>)]
    enabled: Member,
}

/// Tokens.
#[derive(Debug, Serialize, ToSchema)]
struct TokenList {
    personal_tokens: Vec<TokenBody>,
}

/// What is kept of a token.
#[derive(Debug, Serialize, ToSchema)]
struct TokenBody {
    id: String,
    name: String,
    /// Whether it opens anything, but for its end.
    enabled: bool,
    /// From when on it opens nothing.
    expires_at: Option<String>,
    created_at: String,
    /// When it was last used, give or take a minute; null: never.
    last_used_at: Option<String>,
    /// What it may at most; null: all that you may.
    permissions: Option<Vec<&'static str>>,
    /// What it opens.
    workspace_id: String,
}

/// A new token.
#[derive(Debug, Serialize, ToSchema)]
struct MintedToken {
    /// The token. Shown only here.
    #[schema(example = "upivia_pat_live_…")]
    token: String,
    personal_token: TokenBody,
}

/// A token that is gone.
#[derive(Debug, Serialize, ToSchema)]
struct RemovedToken {
    id: String,
    removed: bool,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let found = input.api.parts.personal_tokens.list(&caller).await?;
    ok(&TokenList { personal_tokens: found.iter().map(TokenBody::of).collect() })
}

async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let CreateToken { name, expires_at, permissions } = input.json()?;
    let name = fields::required("name", fields::parsed("name", name)?)?;
    let expires_at = fields::text("expires_at", expires_at)?.as_deref().map(instant).transpose()?;
    let new = NewPersonalToken { name, expires_at, scope: scope(permissions)? };
    let minted = input.api.parts.personal_tokens.create(input.author(caller), new).await?;
    let body = MintedToken { token: minted.secret.into_inner(), personal_token: TokenBody::of(&minted.token) };
    with_status(StatusCode::CREATED, &body)
}

async fn update(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, UpdateToken { name, enabled }) = (id(&input)?, input.json()?);
    let change = TokenChange { name: fields::parsed("name", name)?, enabled: fields::flag("enabled", enabled)? };
    if change.name.is_none() && change.enabled.is_none() {
        return Err(ApiError::invalid("enabled", "is required, or name"));
    }
    let token = input.api.parts.personal_tokens.update(input.author(caller), id, change).await?;
    ok(&TokenBody::of(&token))
}

async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    input.api.parts.personal_tokens.remove(input.author(caller), id).await?;
    ok(&RemovedToken { id: id.to_string(), removed: true })
}

fn id(input: &Input) -> Result<CredentialId, ApiError> {
    input.path("id", "personal token")
}

fn scope(member: Member) -> Result<Option<PermissionSet>, ApiError> {
    let Some(scope) = fields::permissions("permissions", member)? else { return Ok(None) };
    if scope.is_empty() {
        return Err(ApiError::invalid("permissions", "must name at least one; without the member the token may all"));
    }
    Ok(Some(scope))
}

fn instant(text: &str) -> Result<Timestamp, ApiError> {
    Timestamp::parse(text).map_err(|error| ApiError::invalid("expires_at", error))
}

impl TokenBody {
    fn of(PersonalToken { credential: token, detail }: &PersonalToken) -> Self {
        Self {
            last_used_at: detail.last_used_at.map(|at| at.to_string()),
            permissions: detail.scope.map(PermissionSet::names),
            id: token.id.to_string(),
            name: token.label.clone(),
            enabled: !token.status.revoked,
            expires_at: token.status.expires_at.map(|end| end.to_string()),
            created_at: token.created_at.to_string(),
            workspace_id: token.org.to_string(),
        }
    }
}
