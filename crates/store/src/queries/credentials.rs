//! Who is asking.

use async_trait::async_trait;
use upivia_domain::{
    CredentialId, OrgId, Timestamp, UserId,
    identity::{
        Credential, CredentialHash, Email, LinkedIdentity, Membership, Name, Organization, PersonStanding, Role,
        SignIn, TokenDetail, User,
    },
    ports::{CredentialQueries, PeopleQueries, StoreError, TokenUses},
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

    async fn standing(
        &self,
        org: OrgId,
        user: UserId,
        token: Option<CredentialId>,
    ) -> Result<PersonStanding, StoreError> {
        ask!(self, read queries::standings::standing(org, user, token))
    }

    async fn is_suspended(&self, user: UserId) -> Result<bool, StoreError> {
        ask!(self, read queries::standings::is_suspended(user))
    }

    async fn roles(&self, org: OrgId) -> Result<Vec<Role>, StoreError> {
        ask!(self, read queries::standings::roles(org))
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

    async fn token_details(&self, org: OrgId, user: UserId) -> Result<Vec<(CredentialId, TokenDetail)>, StoreError> {
        ask!(self, read queries::standings::token_details(org, user))
    }

    async fn members(&self, org: OrgId) -> Result<Vec<Membership>, StoreError> {
        ask!(self, read queries::standings::members(org))
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

    async fn is_platform_admin(&self, user: UserId) -> Result<bool, StoreError> {
        ask!(self, read queries::credentials::is_platform_admin(user))
    }

    async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>, StoreError> {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        ask!(self, read queries::credentials::user_by_identity(issuer, subject))
    }

    async fn identities_of(&self, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
        ask!(self, read queries::credentials::identities_of(user))
    }
}

#[async_trait]
impl TokenUses for Store {
    async fn note(&self, token: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        ask!(self, write queries::standings::note_use(token, at))
    }
}
