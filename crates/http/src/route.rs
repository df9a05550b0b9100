//! The row of the table: everything that a route is.
//!
//! Who may call stands beside the handler that it lets in, in one value: a route without an answer to "who?" cannot be
//! written, and a handler cannot be given a caller of another kind than it is written for.

use actix_web::HttpResponse;
use futures::future::LocalBoxFuture;
use upivia_application::access::{AgentCaller, Principal, UserCaller};
use upivia_domain::{dispatch::ProviderName, identity::Permission};

use crate::{ApiError, Input, openapi::Doc};

/// What a handler returns.
pub type Answer = LocalBoxFuture<'static, Result<HttpResponse, ApiError>>;

/// A URL group with its routes.
pub struct Group {
    /// Its name in documents.
    pub name: &'static str,
    /// Its routes.
    pub routes: &'static [Route],
}

/// One method of one path.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below the prefixes, for example `/agents/{id}`.
    pub path: &'static str,
    /// Who may call, and what is called.
    pub access: Access,
    /// Whether a call that succeeds changes something and so leaves an audit event.
    pub changes: bool,
    /// What readers of the documentation learn.
    pub doc: Doc,
}

/// The methods that are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads; answers HEAD too.
    Get,
    /// Creates or acts.
    Post,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

/// What a caller can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer agent_key_…`.
    AgentKey,
    /// `Authorization: Bearer upivia_pat_live_…`.
    PersonalToken,
    /// The cookie of a person who signed in. Accepted wherever a personal token is.
    Session,
    /// A signature over the raw body.
    Signature,
}

/// Who may call, and the handler that they reach.
#[derive(Clone, Copy)]
pub enum Access {
    /// Anybody, without a credential.
    Public(fn(Input) -> Answer),
    /// Anybody; whoever shows a credential is told more, and one that opens nothing is refused rather than overlooked.
    Open(fn(Option<Principal>, Input) -> Answer),
    /// An agent whose key the admission itself checks again in its transaction: a known key is not read before.
    Dispatch(fn(AgentCaller, Input) -> Answer),
    /// An agent, for what is its own.
    Agent(fn(AgentCaller, Input) -> Answer),
    /// A person whose role has the permission.
    Person(Permission, fn(UserCaller, Input) -> Answer),
    /// A person, whatever their role, about their own place in organizations. What changes it takes a session, or a token
    /// whose permissions nobody chose.
    Member(fn(UserCaller, Input) -> Answer),
    /// A person whose role has the permission, or an agent for what is its own.
    PersonOrAgent(Permission, fn(Principal, Input) -> Answer),
    /// A person who signed in, about what is their own. A token is not enough.
    Session(fn(UserCaller, Input) -> Answer),
    /// The same, where their role has the permission, too.
    SignedIn(Permission, fn(UserCaller, Input) -> Answer),
    /// Whoever has a valid credential, for what is about the caller alone.
    Anyone(fn(Principal, Input) -> Answer),
    /// Another server whose signature over the raw body is checked by the first function.
    Signed(fn(&Input) -> Result<ProviderName, ApiError>, fn(ProviderName, Input) -> Answer),
}

impl Method {
    /// As in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a body is read.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Patch)
    }
}

impl Access {
    /// The credentials that let somebody in; empty = none is needed.
    pub const fn credentials(&self) -> &'static [Credential] {
        match self {
            Self::Public(_) | Self::Open(_) => &[],
            Self::Dispatch(_) | Self::Agent(_) => &[Credential::AgentKey],
            Self::Session(_) | Self::SignedIn(..) => &[Credential::Session],
            Self::Person(..) | Self::Member(_) => &[Credential::PersonalToken, Credential::Session],
            Self::PersonOrAgent(..) | Self::Anyone(_) => {
                &[Credential::AgentKey, Credential::PersonalToken, Credential::Session]
            }
            Self::Signed(..) => &[Credential::Signature],
        }
    }

    /// The credentials that are looked at where they are shown, though none is needed.
    pub const fn optional(&self) -> &'static [Credential] {
        match self {
            Self::Open(_) => &[Credential::AgentKey, Credential::PersonalToken, Credential::Session],
            _ => &[],
        }
    }

    /// What a person's role must include.
    pub const fn permission(&self) -> Option<Permission> {
        match self {
            Self::Person(permission, _) | Self::PersonOrAgent(permission, _) | Self::SignedIn(permission, _) => {
                Some(*permission)
            }
            Self::Public(_)
            | Self::Open(_)
            | Self::Dispatch(_)
            | Self::Agent(_)
            | Self::Session(_)
            | Self::Member(_)
            | Self::Anyone(_)
            | Self::Signed(..) => None,
        }
    }
}
