//! The identities of a person at providers: which there are, and taking one away.

use serde_json::json;
use upivia_domain::{
    OrgId,
    audit::Object,
    identity::{LinkedIdentity, SignIn},
    ports::{Tx, transact},
};

use super::{Federation, SignInError, SignIns};
use crate::access::{Author, Entry, UserCaller};

/// How a person can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnIdentities {
    /// Whether they have a password.
    pub has_password: bool,
    /// What providers call them, by issuer.
    pub identities: Vec<OwnIdentity>,
}

/// What a provider calls a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnIdentity {
    /// The link.
    pub identity: LinkedIdentity,
    /// What people read on the button of the provider; absent where it is not configured any more: nobody signs in by it.
    pub provider: Option<String>,
}

impl SignIns {
    /// How the caller can sign in.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn identities(&self, caller: &UserCaller) -> Result<OwnIdentities, SignInError> {
        let row = self.parts.people.sign_in(caller.user).await?;
        let found = self.parts.people.identities_of(caller.user).await?;
        let (issuer, name) = (self.issuer(), self.federation().map(|federation| federation.name.clone()));
        let own = |identity: LinkedIdentity| {
            let provider = name.clone().filter(|_| issuer.as_deref() == Some(&*identity.issuer));
            OwnIdentity { identity, provider }
        };
        let has_password = row.is_some_and(|row| row.password.is_some());
        Ok(OwnIdentities { has_password, identities: found.into_iter().map(own).collect() })
    }

    /// Takes an identity of the author away: from now on nobody signs in by it as them. Their sessions stay. Where a verified
    /// address of the same provider's is theirs, signing in by it links it anew.
    ///
    /// # Errors
    ///
    /// [`SignInError::NotFound`] for what is not theirs, [`SignInError::LastWay`] where nothing would be left to sign in by;
    /// nothing was changed.
    pub async fn unlink(&self, author: Author, id: String) -> Result<(), SignInError> {
        let issuer = self.issuer();
        transact(&*self.parts.unit, &[OrgId::PLATFORM], move |tx| Box::pin(unlink(tx, author, id, issuer))).await
    }

    /// Of whom identities are taken at present.
    fn issuer(&self) -> Option<String> {
        self.federation().map(|federation: &Federation| federation.provider.issuer())
    }
}

async fn unlink(tx: &mut dyn Tx, author: Author, id: String, issuer: Option<String>) -> Result<(), SignInError> {
    let user = author.caller.user;
    let (gone, left): (Vec<_>, Vec<_>) =
        tx.users().links_of(user).await?.into_iter().partition(|identity| identity.id() == id);
    let gone = gone.first().ok_or(SignInError::NotFound)?;
    let row = tx.users().sign_in(user).await?.unwrap_or(SignIn::none(user));
    let is_way = |identity: &LinkedIdentity| issuer.as_deref() == Some(&*identity.issuer);
    if row.password.is_none() && !left.iter().any(is_way) {
        return Err(SignInError::LastWay);
    }
    tx.users().unlink(&gone.issuer, user).await?;
    // The subject is personal: it stands in no chain.
    let detail = json!({ "issuer": gone.issuer });
    let object = Object { kind: "user", id: user.to_string() };
    let entry = Entry { kind: "user.identity_unlinked", object, agent: None, operation: None, detail };
    author.record_at(tx, OrgId::PLATFORM, entry).await?;
    Ok(())
}
