//! Setting passwords, and ending every session of a person. Both change access, so both stand in the platform's chain.

use std::sync::Arc;

use serde_json::json;
use upivia_domain::{
    OrgId, Secret, UserId,
    audit::{NewEvent, Object},
    identity::{Actor, Email, NewPassword, PasswordHash, SignIn, User},
    ports::{StoreError, Tx, UnitOfWork, transact},
};

use super::{OpenSession, SignInError, SignIns};
use crate::access::{Author, UserCaller};

impl SignIns {
    /// Gives the author another password. All of their sessions end; the answer is a new one.
    ///
    /// # Errors
    ///
    /// [`SignInError::Refused`] where `current` is not their password; nothing was changed.
    pub async fn change_password(
        &self,
        author: Author,
        current: &Secret<String>,
        new: &NewPassword,
    ) -> Result<OpenSession, SignInError> {
        let UserCaller { user, email, .. } = author.caller.clone();
        let row = self.parts.people.sign_in(user).await?.unwrap_or(SignIn::none(user));
        self.check(&row, current).await?;
        let hash = self.parts.passwords.hash(new).await?;
        let by = (author.caller.actor(), author.trace);
        let kept = transact(&*self.parts.unit, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move {
                let now_kept = tx.users().sign_in(user).await?.unwrap_or(SignIn::none(user));
                // Somebody else changed it since it was checked.
                if now_kept.password != row.password {
                    return Err(SignInError::Refused);
                }
                Ok(write(tx, now_kept, Some(hash), by).await?)
            })
        })
        .await?;
        let now = self.parts.clock.now();
        let user = User { id: user, email, created_at: now };
        self.open(user, kept.session_from(now), now)
    }

    /// Ends every session of the author, this one too, on every node from the next request on.
    ///
    /// # Errors
    ///
    /// The store's; nothing was changed.
    pub async fn sign_out_everywhere(&self, author: Author) -> Result<(), SignInError> {
        let (user, by) = (author.caller.user, (author.caller.actor(), author.trace));
        transact(&*self.parts.unit, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move {
                let row = tx.users().sign_in(user).await?.unwrap_or(SignIn::none(user));
                write(tx, row, None, by).await?;
                Ok(())
            })
        })
        .await
    }
}

/// Sets the password of whoever has that address, for those who may use the machine itself. Their sessions end. `None`
/// where nobody has it.
///
/// # Errors
///
/// The store's; nothing was changed.
pub async fn set_password(
    unit: &dyn UnitOfWork,
    email: Email,
    hash: PasswordHash,
) -> Result<Option<UserId>, StoreError> {
    transact(unit, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move {
            let Some(user) = tx.users().find_by_email(&email).await? else { return Ok(None) };
            let row = tx.users().sign_in(user.id).await?.unwrap_or(SignIn::none(user.id));
            write(tx, row, Some(hash), (Actor::Operator, None)).await?;
            Ok(Some(user.id))
        })
    })
    .await
}

/// Ends all sessions, and sets the password where there is a new one; then a link to another one is worth nothing, too.
pub(crate) async fn write(
    tx: &mut dyn Tx,
    mut row: SignIn,
    password: Option<PasswordHash>,
    (actor, trace): (Actor, Option<Arc<str>>),
) -> Result<SignIn, StoreError> {
    let kind = if password.is_some() { "user.password_changed" } else { "user.sessions_ended" };
    if password.is_some() {
        tx.password_resets().remove(row.user).await?;
    }
    row.password = password.or(row.password);
    row.end_sessions(tx.now());
    tx.users().put_sign_in(&row).await?;
    let object = Object { kind: "user", id: row.user.to_string() };
    let event = NewEvent { kind, actor, agent: None, operation: None, object, detail: json!({}), trace };
    tx.append(OrgId::PLATFORM, event).await?;
    Ok(row)
}
