//! People of the whole installation, as those who run it see them: keep somebody out, let them in again.
//!
//! Both stand in the platform's chain. Whoever does not run the installation learns nothing here, not even who exists.

mod error;

use std::sync::Arc;

use serde_json::json;
use upivia_domain::{
    OrgId, UserId,
    audit::Object,
    identity::{SignIn, User, UserSuspension},
    ports::{Tx, UnitOfWork, transact},
};

use crate::{
    access::{Author, Entry},
    teams::Person,
};

pub use error::UserError;

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct Users {
    unit: Arc<dyn UnitOfWork>,
}

/// A person, and whether they are kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStanding {
    /// The person.
    pub user: User,
    /// Since when and by whom, where they are.
    pub suspension: Option<UserSuspension>,
}

impl Users {
    /// Over this port.
    pub fn new(unit: Arc<dyn UnitOfWork>) -> Self {
        Self { unit }
    }

    /// Keeps a person out, from the next request on, on every node: they can neither sign in nor use a session or a token.
    /// Their sessions end for good; their agents go on.
    ///
    /// # Errors
    ///
    /// See [`UserError`]; nothing was changed.
    pub async fn suspend(&self, author: Author, who: Person, reason: String) -> Result<UserStanding, UserError> {
        transact(&*self.unit, &[OrgId::PLATFORM], move |tx| Box::pin(suspend(tx, author, who, reason))).await
    }

    /// Lets a person in again. Their tokens are in force as before; they sign in anew.
    ///
    /// # Errors
    ///
    /// See [`UserError`]; nothing was changed.
    pub async fn resume(&self, author: Author, who: Person, reason: String) -> Result<UserStanding, UserError> {
        transact(&*self.unit, &[OrgId::PLATFORM], move |tx| Box::pin(resume(tx, author, who, reason))).await
    }
}

async fn suspend(tx: &mut dyn Tx, author: Author, who: Person, reason: String) -> Result<UserStanding, UserError> {
    let user = found(tx, &author, who).await?;
    if user.id == author.caller.user {
        return Err(UserError::Oneself);
    }
    if let Some(suspension) = tx.users().suspension(user.id).await? {
        return Ok(UserStanding { user, suspension: Some(suspension) });
    }
    let suspension = UserSuspension { user: user.id, since: tx.now(), by: author.caller.user };
    tx.users().suspend(&suspension).await?;
    let mut sign_in = tx.users().sign_in(user.id).await?.unwrap_or(SignIn::none(user.id));
    sign_in.end_sessions(tx.now());
    tx.users().put_sign_in(&sign_in).await?;
    record(tx, author, "user.suspended", user.id, reason).await?;
    Ok(UserStanding { user, suspension: Some(suspension) })
}

async fn resume(tx: &mut dyn Tx, author: Author, who: Person, reason: String) -> Result<UserStanding, UserError> {
    let user = found(tx, &author, who).await?;
    if tx.users().suspension(user.id).await?.is_some() {
        tx.users().resume(user.id).await?;
        record(tx, author, "user.resumed", user.id, reason).await?;
    }
    Ok(UserStanding { user, suspension: None })
}

/// The person, for those who run the installation: for everybody else nobody is there.
async fn found(tx: &mut dyn Tx, author: &Author, who: Person) -> Result<User, UserError> {
    if !author.runs_the_installation(tx).await? {
        return Err(UserError::NotFound);
    }
    let found = match who {
        Person::Id(id) => tx.users().find(id).await?,
        Person::Email(email) => tx.users().find_by_email(&email).await?,
    };
    found.ok_or(UserError::NotFound)
}

async fn record(
    tx: &mut dyn Tx,
    author: Author,
    kind: &'static str,
    user: UserId,
    reason: String,
) -> Result<(), UserError> {
    let object = Object { kind: "user", id: user.to_string() };
    let entry = Entry { kind, object, agent: None, operation: None, detail: json!({ "reason": reason }) };
    author.record_at(tx, OrgId::PLATFORM, entry).await?;
    Ok(())
}
