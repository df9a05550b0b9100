//! How people prove who they are: passwords, sessions in cookies, and providers of identity.

use async_trait::async_trait;

use crate::{
    Secret, Timestamp,
    identity::{
        AuthorizationReply, Cookie, CsrfToken, NewPassword, PasswordCheck, PasswordHash, ProvenIdentity, Session,
        SessionClaims, SignInAttempt, UnfitClaims,
    },
};

/// Hashes passwords, slowly on purpose.
///
/// - MUST use a salt of its own for each hash, and an algorithm that costs memory as well as time.
/// - MUST bound how many hashes are computed and how many callers wait; one too many gets [`PasswordFault::Busy`].
/// - MUST NOT hold up the runtime that calls it.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// What to keep of a password.
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, PasswordFault>;

    /// Compares. MUST take any text as `attempt`, and MUST say [`PasswordCheck::RightButOutdated`] when `kept` was made
    /// in another way than [`PasswordHasher::hash`] makes them now.
    async fn verify(&self, attempt: &Secret<String>, kept: &PasswordHash) -> Result<PasswordCheck, PasswordFault>;

    /// For an attempt on somebody who does not exist or has no password. MUST cost what a comparison costs, so that the
    /// time of an answer does not tell who has an account.
    async fn verify_nothing(&self, attempt: &Secret<String>) -> Result<(), PasswordFault>;
}

/// Why a password could be neither hashed nor compared. None of these says anything about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too many at once; try again.
    #[error("too many passwords are being checked")]
    Busy,
    /// The kept hash is damaged, or asks for more memory or time than is allowed.
    #[error("a kept password cannot be read")]
    Unreadable,
    /// A defect.
    #[error("hashing failed")]
    Failed,
}

/// Writes and reads sessions in cookies that the browser cannot read or change.
///
/// - MUST authenticate everything before it believes or decrypts anything, with the algorithms it chose, not with those
///   that a cookie names.
/// - MUST write with its first secret and read with all of them, so that a secret can be replaced.
/// - MUST bound what it takes in and what it writes.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionCodec: Send + Sync {
    /// The cookies of a new session. Those of [`SessionCodec::names_among`] that are not written again must be cleared.
    fn encode(&self, claims: &SessionClaims) -> Result<Vec<Cookie>, UnfitClaims>;

    /// The session among the cookies of a request. MUST be `None`, without a reason, for whatever is absent, forged,
    /// damaged, expired, or without a subject, an id or an end.
    fn decode(&self, cookies: &[Cookie], now: Timestamp) -> Option<Session>;

    /// Names of those cookies that carry a session or a part of one: to be cleared when somebody signs out.
    fn names_among(&self, cookies: &[Cookie]) -> Vec<String>;
}

/// Tokens against forged forms: the form and a cookie must bring the same one, and only we can make the cookie.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait CsrfTokens: Send + Sync {
    /// A new token. MUST be unpredictable.
    fn issue(&self) -> CsrfToken;

    /// The token that the cookies of a request already carry, to show it again; `None` if we did not make it.
    fn read(&self, cookies: &[Cookie]) -> Option<Secret<String>>;

    /// Whether a form came from a page of ours. MUST compare in constant time.
    fn verify(&self, cookies: &[Cookie], sent: &str) -> bool;
}

/// Somebody else who knows who people are, by OpenID Connect.
///
/// - MUST refuse an identity whose token is not signed by the provider, for us, for this attempt, and now.
/// - MUST refuse a reply whose state is not the attempt's, or that names another issuer.
/// - MUST tell no e-mail address that the provider has not verified.
/// - MUST bound time and size of every answer, follow no redirect, and ask for new keys only so often, whoever sends what.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// The issuer of every identity that it tells.
    fn issuer(&self) -> String;

    /// Where to send the browser.
    async fn authorization_url(&self, attempt: &SignInAttempt) -> Result<String, IdentityFault>;

    /// Who came back.
    async fn exchange(
        &self,
        reply: &AuthorizationReply,
        attempt: &SignInAttempt,
        now: Timestamp,
    ) -> Result<ProvenIdentity, IdentityFault>;
}

/// Keeps the secrets of an attempt in a cookie while the browser is at a provider.
///
/// - MUST make a text that nobody else can read, make or change.
/// - MUST open it for the provider that it was sealed for only, and until its end only.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AttemptSealer: Send + Sync {
    /// The value of a cookie, for the way to `provider`, a name of ours. Clear the cookie when the browser is back.
    fn seal(
        &self,
        attempt: &SignInAttempt,
        provider: &str,
        ends_at: Timestamp,
    ) -> Result<Secret<String>, IdentityFault>;

    /// The attempt in such a value; `None`, without a reason, for everything else.
    fn open(&self, sealed: &str, provider: &str, now: Timestamp) -> Option<SignInAttempt>;
}

/// Why nobody was identified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// The provider could not be asked, or answered nonsense; try again. The text is for logs, never for callers.
    #[error("the identity provider is unavailable: {0}")]
    Unavailable(String),
    /// The reply belongs to another attempt or provider, or its code is used, old or forged.
    #[error("the reply of the identity provider does not count: {0}")]
    Refused(String),
}
