//! Somebody accepts: who they are is settled before the transaction that lets them in, and looked at again inside.

use std::sync::Arc;

use upivia_domain::{
    OrgId, Secret, UserId,
    identity::{Invite, Name, NewPassword, PasswordCheck, PasswordHash, SignIn},
    ports::transact,
};

use super::{
    InviteError, Invites, Joined,
    join::{Join, Joining},
};

/// What whoever accepts says about themselves.
#[derive(Debug, Default)]
pub struct Acceptance {
    /// The person of a session or token, where one was shown.
    pub caller: Option<UserId>,
    /// How they are called; needed for a new account.
    pub name: Option<Name>,
    /// The password of their account, or that of the new one.
    pub password: Option<Secret<String>>,
    /// The id of the HTTP request.
    pub trace: Option<Arc<str>>,
}

impl Invites {
    /// Accepts an invitation, once.
    ///
    /// # Errors
    ///
    /// See [`InviteError`]; nothing was changed, and the token can still be used.
    pub async fn accept(&self, token: &Secret<String>, acceptance: Acceptance) -> Result<Joined, InviteError> {
        let invite = self.find(token).await?;
        let joining = match self.parts.people.user_by_email(&invite.email).await? {
            Some(user) => Joining::Known { user: user.id, checked: self.proven(user.id, &acceptance).await? },
            None => self.newcomer(&acceptance).await?,
        };
        let Invite { org, id, hash, .. } = invite;
        let join = Join { org, id, hash, joining, trace: acceptance.trace };
        transact(&*self.parts.unit, &[OrgId::PLATFORM, org], move |tx| Box::pin(join.write(tx))).await
    }

    /// That whoever accepts is the person who has the account: their session says so, or they know the password. The
    /// password that was compared, to be looked at again.
    async fn proven(&self, user: UserId, said: &Acceptance) -> Result<Option<PasswordHash>, InviteError> {
        if said.caller == Some(user) {
            return Ok(None);
        }
        let needed = "is needed: this address has an account; send its password, or accept while signed in";
        let Some(attempt) = &said.password else {
            return Err(InviteError::Invalid { field: "password", message: needed });
        };
        let row = self.parts.people.sign_in(user).await?.unwrap_or(SignIn::none(user));
        let wrong = InviteError::Invalid { field: "password", message: "is not the password of this account" };
        let Some(kept) = row.password else {
            self.parts.passwords.verify_nothing(attempt).await?;
            return Err(wrong);
        };
        match self.parts.passwords.verify(attempt, &kept).await? {
            PasswordCheck::Right | PasswordCheck::RightButOutdated => Ok(Some(kept)),
            PasswordCheck::Wrong => Err(wrong),
        }
    }

    async fn newcomer(&self, said: &Acceptance) -> Result<Joining, InviteError> {
        let needed = |field| InviteError::Invalid { field, message: "is needed for a new account" };
        let name = said.name.clone().ok_or_else(|| needed("name"))?;
        let password = said.password.clone().ok_or_else(|| needed("password"))?;
        let unfit = |_| InviteError::Invalid { field: "password", message: "must have 8 to 256 bytes" };
        let password = NewPassword::try_from(password.into_inner()).map_err(unfit)?;
        let password = self.parts.passwords.hash(&password).await?;
        Ok(Joining::New { user: UserId::new(self.parts.ids.uuid()), name, password })
    }
}
