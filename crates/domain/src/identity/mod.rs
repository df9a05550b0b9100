//! Who acts: organizations, users, their roles, and the credentials that speak for them.

mod actor;
mod credential;
mod organization;
mod password;
mod permission;
mod permission_set;
mod proof;
mod role;
mod session;
mod user;

pub use actor::Actor;
pub use credential::{Credential, CredentialHash, CredentialKind, CredentialStatus, TokenKind};
pub use organization::{Organization, OrganizationStatus};
pub use password::{InvalidPassword, InvalidPasswordHash, NewPassword, PasswordCheck, PasswordHash, SignIn};
pub use permission::{Holders, Permission, UnknownPermission};
pub use permission_set::PermissionSet;
pub use proof::{AuthorizationReply, ProvenIdentity, SignInAttempt};
pub use role::{Membership, OrgRole, Role, Standing, TokenDetail, UserSuspension};
pub use session::{Cookie, CsrfToken, Session, SessionClaims, SessionScheme, UnfitClaims};
pub use user::{Email, InvalidEmail, InvalidName, Name, User};
