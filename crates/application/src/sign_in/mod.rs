//! Signing in: passwords, providers of identity, sessions in cookies, and ending sessions.
//!
//! A session is a cookie that says who somebody is and since when; nothing of it is stored. What is stored is from when on
//! the sessions of a person count: raising that ends all of them at once, on every node. Deliberately absent: HTTP, how
//! cookies are encrypted, and how often somebody may try.

mod error;
mod federation;
mod identities;
mod passwords;
mod sessions;

use std::sync::Arc;

use upivia_domain::ports::{Clock, CredentialQueries, Ids, PasswordHasher, PeopleQueries, SessionCodec, UnitOfWork};

pub use error::SignInError;
pub use federation::{Arrival, Departure, Federation, FederationError, JoinTerms, Return};
pub use identities::{OwnIdentities, OwnIdentity};
pub use passwords::set_password;
pub(crate) use passwords::write;
pub use sessions::{Lifetimes, OpenSession};

/// What the use-cases need.
pub struct SignInsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// People and memberships.
    pub credentials: Arc<dyn CredentialQueries>,
    /// How they prove who they are.
    pub people: Arc<dyn PeopleQueries>,
    /// Passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Cookies.
    pub codec: Arc<dyn SessionCodec>,
    /// When sessions begin and end.
    pub clock: Arc<dyn Clock>,
    /// Ids of sessions.
    pub ids: Arc<dyn Ids>,
    /// How long they hold.
    pub lifetimes: Lifetimes,
    /// A provider of identity; absent = passwords only.
    pub federation: Option<Federation>,
}

/// The use-cases.
pub struct SignIns {
    parts: SignInsParts,
}

impl SignIns {
    /// Over these parts.
    pub const fn new(parts: SignInsParts) -> Self {
        Self { parts }
    }
}
