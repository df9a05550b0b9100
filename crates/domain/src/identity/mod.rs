//! Who acts: organizations, users, their roles, and the credentials that speak for them.

mod actor;
mod credential;
mod link;
mod organization;
mod password;
mod permission;
mod proof;
mod session;
mod user;

pub use actor::Actor;
pub use credential::{Credential, CredentialHash, CredentialKind, CredentialStatus, TokenKind};
pub use link::{Invite, PasswordReset, Seat};
pub use organization::{Organization, OrganizationStatus};
pub use password::{InvalidPassword, InvalidPasswordHash, NewPassword, PasswordCheck, PasswordHash, SignIn};
pub use permission::Permission;
pub use proof::{AuthorizationReply, ProvenIdentity, SignInAttempt};
pub use session::{Cookie, CsrfToken, Session, SessionClaims, SessionScheme, UnfitClaims};
pub use user::{Email, InvalidEmail, InvalidName, Membership, Name, OrgRole, User};
