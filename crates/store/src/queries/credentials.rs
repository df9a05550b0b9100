//! Who is asking.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, UserId,
    identity::{Credential, CredentialHash, Email, Membership, Name, Organization, SignIn, User},
    ports::{CredentialQueries, PeopleQueries, StoreError},
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

#[async_trait]
impl PeopleQueries for Store {
    async fn organizations_of(&self, user: UserId) -> Result<Vec<Organization>, StoreError> {
        ask!(self, read queries::credentials::organizations_of(user))
    }

    async fn personal_tokens(&self, org: OrgId, user: UserId) -> Result<Vec<Credential>, StoreError> {
        ask!(self, read queries::credentials::personal_tokens(org, user))
    }

    async fn name_of(&self, user: UserId) -> Result<Option<Name>, StoreError> {
        ask!(self, read queries::credentials::name_of(user))
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        ask!(self, read queries::credentials::user_by_email(email))
    }

    async fn sign_in(&self, user: UserId) -> Result<Option<SignIn>, StoreError> {
        ask!(self, read queries::credentials::sign_in(user))
    }
}
