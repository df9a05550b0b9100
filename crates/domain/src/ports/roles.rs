//! Roles that organizations make for themselves, and the one note that reading makes: when a token was used.

use async_trait::async_trait;

use super::StoreError;
use crate::{CredentialId, OrgId, RoleId, Timestamp, identity::Role};

/// Custom roles. No admission reads them: the epoch stays.
#[async_trait]
pub trait RoleRepository: Send {
    /// Inserts a role.
    async fn insert(&mut self, role: &Role) -> Result<(), StoreError>;
    /// Writes name and permissions; a row that is not there is [`StoreError::Constraint`].
    async fn update(&mut self, role: &Role) -> Result<(), StoreError>;
    /// Removes a role; nothing happens where there is none.
    async fn remove(&mut self, org: OrgId, id: RoleId) -> Result<(), StoreError>;
    /// The role.
    async fn find(&mut self, org: OrgId, id: RoleId) -> Result<Option<Role>, StoreError>;
    /// Every role of an organization, the oldest first.
    async fn list(&mut self, org: OrgId) -> Result<Vec<Role>, StoreError>;
    /// How many places in the organization and in its teams have the role.
    async fn holders(&mut self, org: OrgId, id: RoleId) -> Result<u64, StoreError>;
}

/// When tokens of people were used.
#[async_trait]
pub trait TokenUses: Send + Sync {
    /// Notes a use. MUST NOT touch the row of any organization, and MUST NOT let a later use be forgotten for an earlier one.
    /// A token that is gone is no error.
    async fn note(&self, token: CredentialId, at: Timestamp) -> Result<(), StoreError>;
}
