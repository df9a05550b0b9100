//! What a session says about a person, and the cookies that carry it. Their encryption is an adapter's business
//! ([`crate::ports::SessionCodec`]).

use super::Email;
use crate::{Secret, Timestamp};

/// What a session says. Whether it was ended early is not in it: that is looked up by `session_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionClaims {
    /// Whom it is about: the id that the program which made the session gives to the person. 1 to 255 bytes.
    pub subject: String,
    /// Where mail reaches them.
    pub email: Option<Email>,
    /// How they are called.
    pub name: Option<String>,
    /// The id of this session, to end it early. 1 to 255 bytes. Who else writes sessions may renew them under new ids.
    pub session_id: String,
    /// When it was made; carried in whole seconds.
    pub issued_at: Timestamp,
    /// From when on it is worth nothing; carried in whole seconds.
    pub expires_at: Timestamp,
}

/// Whose way of making cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionScheme {
    /// NextAuth.js 4.
    NextAuthV4,
    /// Auth.js, also called NextAuth.js 5.
    AuthJsV5,
}

/// A session that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it says.
    pub claims: SessionClaims,
    /// How it was written.
    pub scheme: SessionScheme,
}

/// A cookie as name and decoded value. Its attributes are the business of who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// The name.
    pub name: String,
    /// The value, after percent-decoding.
    pub value: Secret<String>,
}

impl Cookie {
    /// A cookie.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Secret::new(value.into()) }
    }
}

/// Claims that make no session: too long for cookies, without a subject or id, or at an end before their beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these claims make no session")]
pub struct UnfitClaims;

/// A new token against forged forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsrfToken {
    /// What the form must bring back.
    pub token: Secret<String>,
    /// The cookie that the browser must bring back beside it.
    pub cookie: Cookie,
}
