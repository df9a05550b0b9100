//! Invitations and links to a new password: rows that a token opens once.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    InviteId, OrgId, UserId,
    identity::{CredentialHash, Email, Invite, PasswordReset},
};

/// Invitations inside a transaction.
#[async_trait]
pub trait InviteRepository: Send {
    /// Inserts an invitation in the place of the one that its address has in the organization. MUST hold the organization;
    /// its hash MUST be unique.
    async fn put(&mut self, invite: &Invite) -> Result<(), StoreError>;
    /// The invitation.
    async fn find(&mut self, org: OrgId, id: InviteId) -> Result<Option<Invite>, StoreError>;
    /// The invitation of an address.
    async fn find_by_email(&mut self, org: OrgId, email: &Email) -> Result<Option<Invite>, StoreError>;
    /// Removes an invitation, so that its token opens nothing; nothing happens where there is none.
    async fn remove(&mut self, org: OrgId, id: InviteId) -> Result<(), StoreError>;
}

/// Links to a new password inside a transaction. They belong to the installation: [`OrgId::PLATFORM`].
#[async_trait]
pub trait PasswordResetRepository: Send {
    /// Inserts or replaces the link of a person. MUST hold the platform organization; its hash MUST be unique.
    async fn put(&mut self, reset: &PasswordReset) -> Result<(), StoreError>;
    /// The link of a person.
    async fn find(&mut self, user: UserId) -> Result<Option<PasswordReset>, StoreError>;
    /// Removes it, so that its token opens nothing; nothing happens where there is none.
    async fn remove(&mut self, user: UserId) -> Result<(), StoreError>;
}

/// What a token opens, outside a transaction: committed rows only, whether they have ended or not.
#[async_trait]
pub trait LinkQueries: Send + Sync {
    /// The invitations of an organization, the oldest first.
    async fn invites(&self, org: OrgId) -> Result<Vec<Invite>, StoreError>;
    /// The invitation with that hash, of whatever organization.
    async fn invite(&self, hash: &CredentialHash) -> Result<Option<Invite>, StoreError>;
    /// The link to a new password with that hash.
    async fn password_reset(&self, hash: &CredentialHash) -> Result<Option<PasswordReset>, StoreError>;
}
