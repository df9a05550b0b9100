//! What the tokens of links open.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    identity::{CredentialHash, Invite, PasswordReset},
    ports::{LinkQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl LinkQueries for Store {
    async fn invites(&self, org: OrgId) -> Result<Vec<Invite>, StoreError> {
        ask!(self, read queries::links::invites(org))
    }

    async fn invite(&self, hash: &CredentialHash) -> Result<Option<Invite>, StoreError> {
        let hash = *hash;
        ask!(self, read queries::links::invite(hash))
    }

    async fn password_reset(&self, hash: &CredentialHash) -> Result<Option<PasswordReset>, StoreError> {
        let hash = *hash;
        ask!(self, read queries::links::password_reset(hash))
    }
}
