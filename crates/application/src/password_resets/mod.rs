//! A new password for whoever forgot theirs: by a link that is mailed to their address, used once within an hour.
//!
//! Whoever asks learns nothing: the answer comes before anybody looks whether the address is known, so neither its words nor
//! its time tell. A request that a process had not worked off when it died is lost; the person asks again.

mod error;
mod issue;
mod letters;

use std::sync::Arc;

use tokio::sync::Semaphore;
use upivia_domain::{
    NodeId, OrgId, Secret, UserId,
    identity::{Actor, CredentialHash, Email, NewPassword, PasswordHash, SignIn},
    ports::{
        Clock, CredentialQueries, Entropy, LinkQueries, PasswordHasher, PeopleQueries, TokenHasher, Tx, UnitOfWork,
        transact,
    },
};

use crate::{
    mails::{Links, Postbox, Posted},
    sign_in,
};

pub use error::ResetError;

/// So many requests are worked off at once.
const AT_ONCE: usize = 16;

/// What the use-cases need.
pub struct PasswordResetsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Who has which address.
    pub people: Arc<dyn PeopleQueries>,
    /// Which address somebody has.
    pub credentials: Arc<dyn CredentialQueries>,
    /// What tokens open.
    pub links: Arc<dyn LinkQueries>,
    /// Passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// How tokens are stored.
    pub hasher: Arc<dyn TokenHasher>,
    /// What they are made of.
    pub entropy: Arc<dyn Entropy>,
    /// Whether a link has ended.
    pub clock: Arc<dyn Clock>,
    /// Mails.
    pub postbox: Postbox,
    /// Where their links lead.
    pub links_to: Links,
    /// Who issues links, in the audit trail: nobody knows who asked.
    pub node: NodeId,
}

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct PasswordResets {
    parts: Arc<PasswordResetsParts>,
    at_once: Arc<Semaphore>,
}

impl PasswordResets {
    /// Over these parts.
    pub fn new(parts: PasswordResetsParts) -> Self {
        Self { parts: Arc::new(parts), at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Sends a link to whoever has that address, if anybody has. Returns at once: what comes of it nobody learns here, but
    /// whether there could be a mail at all.
    ///
    /// # Errors
    ///
    /// [`ResetError::Busy`] where too many ask at once, whatever the address.
    pub fn forgot(&self, email: Email, trace: Option<Arc<str>>) -> Result<Posted, ResetError> {
        let would = self.parts.postbox.would();
        if would == Posted::NotConfigured {
            return Ok(would);
        }
        let place = Arc::clone(&self.at_once).try_acquire_owned().map_err(|_| ResetError::Busy)?;
        let parts = Arc::clone(&self.parts);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = issue::issue(&parts, email, trace).await {
                tracing::error!(%error, "a link to a new password could not be issued");
            }
        });
        Ok(would)
    }

    /// Sets a new password by the token of a link, once. All sessions of the person end, and a mail tells them.
    ///
    /// # Errors
    ///
    /// [`ResetError::Refused`] for every token that opens nothing; nothing was changed.
    pub async fn reset(
        &self,
        token: &Secret<String>,
        new: &NewPassword,
        trace: Option<Arc<str>>,
    ) -> Result<UserId, ResetError> {
        let hash = self.parts.hasher.hash(token.expose());
        let now = self.parts.clock.now();
        let found = self.parts.links.password_reset(&hash).await?.filter(|reset| reset.is_open(now));
        let user = found.ok_or(ResetError::Refused)?.user;
        let person = self.parts.credentials.user(user).await?.ok_or(ResetError::Refused)?;
        let password = self.parts.passwords.hash(new).await?;
        let letter = letters::changed(&person.email, now);
        let postbox = self.parts.postbox.clone();
        transact(&*self.parts.unit, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move {
                redeem(tx, (user, hash), password, trace).await?;
                if let Some(letter) = letter {
                    postbox.post(tx, letter).await?;
                }
                Ok(user)
            })
        })
        .await
    }
}

/// Looks again, under the lock, whether the token opens anything: of many who use it at once one finds it.
async fn redeem(
    tx: &mut dyn Tx,
    (user, hash): (UserId, CredentialHash),
    password: PasswordHash,
    trace: Option<Arc<str>>,
) -> Result<(), ResetError> {
    let now = tx.now();
    let found = tx.password_resets().find(user).await?;
    found.filter(|reset| reset.hash == hash && reset.is_open(now)).ok_or(ResetError::Refused)?;
    let row = tx.users().sign_in(user).await?.unwrap_or(SignIn::none(user));
    let actor = Actor::User { user, credential: None };
    // Removes the link, too.
    sign_in::write(tx, row, Some(password), (actor, trace)).await?;
    Ok(())
}
