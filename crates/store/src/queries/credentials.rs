//! Who is asking.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, UserId,
    identity::{Credential, CredentialHash, Membership, User},
    ports::{CredentialQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl CredentialQueries for Store {
    async fn credential(&self, hash: &CredentialHash) -> Result<Option<Credential>, StoreError> {
        let hash = *hash;
        ask!(self, read queries::credentials::credential(hash))
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        ask!(self, read queries::credentials::user(id))
    }

    async fn membership(&self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError> {
        ask!(self, read queries::credentials::membership(org, user))
    }
}
