//! Who acts: organizations, users, their roles, and the credentials that speak for them.

mod actor;
mod credential;
mod link;
mod organization;
mod password;
mod permission;
mod permission_set;
mod proof;
mod role;
mod session;
mod standing;
mod user;

pub use actor::Actor;
pub use credential::{Credential, CredentialHash, CredentialKind, CredentialStatus, TokenKind};
pub use link::{Invite, PasswordReset, Seat};
pub use organization::{Organization, OrganizationStatus};
pub use password::{InvalidPassword, InvalidPasswordHash, NewPassword, PasswordCheck, PasswordHash, SignIn};
pub use permission::{Holders, Permission, UnknownPermission};
pub use permission_set::PermissionSet;
pub use proof::{AuthorizationReply, LinkedIdentity, ProvenIdentity, SignInAttempt};
pub use role::{Membership, OrgRole, PersonStanding, Role, TokenDetail, UserSuspension};
pub use session::{Cookie, CsrfToken, Session, SessionClaims, SessionScheme, UnfitClaims};
pub use standing::Standing;
pub use user::{Email, InvalidEmail, InvalidName, Name, User};
