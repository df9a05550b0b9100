//! Who acts: organizations, users, their roles, and the credentials that speak for them.

mod actor;
mod credential;
mod organization;
mod permission;
mod user;

pub use actor::Actor;
pub use credential::{Credential, CredentialHash, CredentialKind, CredentialStatus, TokenKind};
pub use organization::{Organization, OrganizationStatus};
pub use permission::Permission;
pub use user::{Email, InvalidEmail, InvalidName, Membership, Name, OrgRole, User};
