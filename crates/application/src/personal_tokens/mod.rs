//! Personal tokens: what a person gives to programs that act for them. Each opens one organization.
//!
//! A token belongs to its person alone: nobody else lists, changes or removes it. Only a session makes one, so that who
//! finds a token cannot make it outlive itself; the border sees to that.

mod error;

use std::{collections::HashMap, sync::Arc};

use serde_json::{Value, json};
use upivia_domain::{
    CredentialId, Secret, Timestamp,
    audit::Object,
    identity::{Credential, CredentialKind, CredentialStatus, Name, Permission, PermissionSet, TokenDetail, TokenKind},
    ports::{Clock, Entropy, Ids, PeopleQueries, StoreError, TokenHasher, Tx, UnitOfWork, transact},
};

use crate::{
    access::{Author, Entry, UserCaller},
    tokens::mint_token,
};

pub use error::PersonalTokenError;

/// So many tokens of a person open one organization.
pub const MOST_TOKENS: usize = 50;

/// What the use-cases need.
pub struct PersonalTokensParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where tokens are listed.
    pub people: Arc<dyn PeopleQueries>,
    /// How they are stored.
    pub hasher: Arc<dyn TokenHasher>,
    /// What they are made of.
    pub entropy: Arc<dyn Entropy>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Whether an end lies ahead.
    pub clock: Arc<dyn Clock>,
}

/// The use-cases.
pub struct PersonalTokens {
    parts: PersonalTokensParts,
}

/// A token to be.
#[derive(Debug, Clone)]
pub struct NewPersonalToken {
    /// For its person.
    pub name: Name,
    /// From when on it opens nothing; absent = until it is removed.
    pub expires_at: Option<Timestamp>,
    /// What it may do at most; absent = all that its person may.
    pub scope: Option<PermissionSet>,
}

/// A token with what is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalToken {
    /// The credential.
    pub credential: Credential,
    /// What it may do at most, and when it was last used.
    pub detail: TokenDetail,
}

/// A change of a token. Absent members stay.
#[derive(Debug, Clone, Default)]
pub struct TokenChange {
    /// Another name.
    pub name: Option<Name>,
    /// On or off.
    pub enabled: Option<bool>,
}

/// A new token in clear. It is here and nowhere else: show it once.
#[derive(Debug, Clone)]
pub struct Minted {
    /// What is kept of it.
    pub token: PersonalToken,
    /// The token.
    pub secret: Secret<String>,
}

impl PersonalTokens {
    /// Over these parts.
    pub const fn new(parts: PersonalTokensParts) -> Self {
        Self { parts }
    }

    /// The caller's tokens of the organization in which they act, the oldest first.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, caller: &UserCaller) -> Result<Vec<PersonalToken>, PersonalTokenError> {
        let credentials = self.parts.people.personal_tokens(caller.org, caller.user).await?;
        let mut details: HashMap<_, _> =
            self.parts.people.token_details(caller.org, caller.user).await?.into_iter().collect();
        let with_detail = |credential: Credential| {
            let detail = details.remove(&credential.id).unwrap_or_default();
            PersonalToken { credential, detail }
        };
        Ok(credentials.into_iter().map(with_detail).collect())
    }

    /// Makes a token that opens the organization in which the author acts.
    ///
    /// # Errors
    ///
    /// See [`PersonalTokenError`]; nothing was written.
    pub async fn create(&self, author: Author, new: NewPersonalToken) -> Result<Minted, PersonalTokenError> {
        if new.expires_at.is_some_and(|end| end <= self.parts.clock.now()) {
            return Err(PersonalTokenError::Invalid { field: "expires_at", message: "must lie ahead" });
        }
        if self.list(&author.caller).await?.len() >= MOST_TOKENS {
            return Err(PersonalTokenError::TooMany);
        }
        let secret = mint_token(TokenKind::PersonalToken, &*self.parts.entropy);
        let (id, hash) = (CredentialId::new(self.parts.ids.uuid()), self.parts.hasher.hash(secret.expose()));
        let org = author.org();
        let token = transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                let scope = mintable(tx, &author, new.scope).await?;
                let credential = Credential {
                    id,
                    org,
                    kind: CredentialKind::PersonalToken { user: author.caller.user },
                    hash,
                    label: new.name.to_string(),
                    status: CredentialStatus { revoked: false, expires_at: new.expires_at },
                    created_at: tx.now(),
                };
                tx.credentials().insert(&credential).await?;
                if let Some(scope) = scope {
                    tx.credentials().set_scope(org, id, scope).await?;
                }
                let detail = json!({ "expires_at": new.expires_at, "permissions": scope.map(PermissionSet::names) });
                record(tx, &author, "credential.created", id, detail).await?;
                Ok::<_, PersonalTokenError>(PersonalToken {
                    credential,
                    detail: TokenDetail { scope, last_used_at: None },
                })
            })
        })
        .await?;
        Ok(Minted { token, secret })
    }

    /// Renames a token, or turns it off or on.
    ///
    /// # Errors
    ///
    /// See [`PersonalTokenError`]; nothing was changed.
    pub async fn update(
        &self,
        author: Author,
        id: CredentialId,
        change: TokenChange,
    ) -> Result<PersonalToken, PersonalTokenError> {
        let (org, caller) = (author.org(), author.caller.clone());
        let changed: Credential = transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                let mut token = own(tx, &author, id).await?;
                let was_enabled = !token.status.revoked;
                if let Some(name) = change.name {
                    token.label = name.to_string();
                }
                token.status.revoked = !change.enabled.unwrap_or(was_enabled);
                tx.credentials().update(org, &token).await?;
                let detail = json!({ "old": { "enabled": was_enabled }, "new": { "enabled": !token.status.revoked } });
                record(tx, &author, "credential.updated", id, detail).await?;
                Ok::<_, PersonalTokenError>(token)
            })
        })
        .await?;
        let details = self.parts.people.token_details(caller.org, caller.user).await?;
        let detail = details.into_iter().find(|(of, _)| *of == id).map(|(_, detail)| detail);
        Ok(PersonalToken { credential: changed, detail: detail.unwrap_or_default() })
    }

    /// Removes a token; it opens nothing when this returns.
    ///
    /// # Errors
    ///
    /// See [`PersonalTokenError`]; nothing was changed.
    pub async fn remove(&self, author: Author, id: CredentialId) -> Result<(), PersonalTokenError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                own(tx, &author, id).await?;
                tx.credentials().remove(org, id).await?;
                record(tx, &author, "credential.revoked", id, json!({})).await?;
                Ok(())
            })
        })
        .await
    }
}

/// The author may make a token, and one that may do that: nobody gives what they lack.
async fn mintable(
    tx: &mut dyn Tx,
    author: &Author,
    scope: Option<PermissionSet>,
) -> Result<Option<PermissionSet>, PersonalTokenError> {
    member(tx, author).await?;
    let held = author.permissions(tx).await?;
    if !held.contains(Permission::TokenMint) {
        return Err(PersonalTokenError::Forbidden(Permission::TokenMint));
    }
    let lacking = scope.and_then(|scope| scope.without(held).iter().next());
    lacking.map_or(Ok(scope), |permission| Err(PersonalTokenError::Lacking(permission)))
}

/// The author still belongs to the organization.
async fn member(tx: &mut dyn Tx, author: &Author) -> Result<(), PersonalTokenError> {
    let membership = tx.memberships().find(author.org(), author.caller.user).await?;
    membership.map(drop).ok_or(PersonalTokenError::Unauthorized)
}

/// A token of the author; those of others are not there.
async fn own(tx: &mut dyn Tx, author: &Author, id: CredentialId) -> Result<Credential, PersonalTokenError> {
    member(tx, author).await?;
    let theirs = CredentialKind::PersonalToken { user: author.caller.user };
    let found = tx.credentials().find(author.org(), id).await?;
    found.filter(|token| token.kind == theirs).ok_or(PersonalTokenError::NotFound)
}

// The name is the person's own text: it stands in the row, never in the chain.
async fn record(
    tx: &mut dyn Tx,
    author: &Author,
    kind: &'static str,
    id: CredentialId,
    mut detail: Value,
) -> Result<(), StoreError> {
    if let Some(members) = detail.as_object_mut() {
        members.insert("kind".to_owned(), json!("personal_token"));
        members.insert("user".to_owned(), json!(author.caller.user));
    }
    let object = Object { kind: "credential", id: id.to_string() };
    author.record(tx, Entry { kind, object, agent: None, operation: None, detail }).await
}
