//! The first time of an identity: whose it becomes. That changes access, so it stands in the chains.

use std::{iter::once, sync::Arc};

use serde_json::{Value, json};
use upivia_domain::{
    OrgId, UserId,
    audit::{NewEvent, Object},
    identity::{Actor, Email, LinkedIdentity, Membership, OrgRole, ProvenIdentity, User},
    ports::{Tx, transact},
};

use super::{Federation, FederationError};
use crate::sign_in::SignIns;

/// An identity that nobody had when it was looked for.
struct NewLink {
    issuer: String,
    subject: String,
    email: Email,
    /// Used only where nobody has the address.
    new_user: UserId,
    /// Where a new person goes.
    join: Option<OrgId>,
    trace: Option<Arc<str>>,
}

impl SignIns {
    pub(super) async fn link(
        &self,
        federation: &Federation,
        identity: ProvenIdentity,
        trace: Option<Arc<str>>,
    ) -> Result<User, FederationError> {
        // Addresses that nobody verified are anybody's.
        let email = identity.email.ok_or(FederationError::NotAdmitted)?;
        let known = self.parts.people.user_by_email(&email).await?.is_some();
        let join = federation.terms.auto_join.filter(|_| !known);
        if !known && join.is_none() {
            return Err(FederationError::NotAdmitted);
        }
        let (issuer, subject) = (identity.issuer, identity.subject);
        let new = NewLink { issuer, subject, email, new_user: UserId::new(self.parts.ids.uuid()), join, trace };
        let orgs: Vec<_> = once(OrgId::PLATFORM).chain(join).collect();
        transact(&*self.parts.unit, &orgs, move |tx| Box::pin(new.write(tx))).await
    }
}

impl NewLink {
    async fn write(self, tx: &mut dyn Tx) -> Result<User, FederationError> {
        if let Some(user) = tx.users().find_by_identity(&self.issuer, &self.subject).await? {
            return Ok(user);
        }
        let user = match tx.users().find_by_email(&self.email).await? {
            Some(user) => user,
            None => self.newcomer(tx).await?,
        };
        if tx.users().find_link(&self.issuer, user.id).await?.is_some() {
            return Err(FederationError::NotLinked);
        }
        let (issuer, subject) = (self.issuer.clone(), self.subject.clone());
        let identity = LinkedIdentity { issuer, subject, user: user.id, created_at: tx.now() };
        tx.users().link(&identity).await?;
        // The subject is personal, as the address is: both stand in rows, never in the chain.
        let detail = json!({ "issuer": self.issuer });
        tx.append(OrgId::PLATFORM, self.event("user.identity_linked", user.id, detail)).await?;
        Ok(user)
    }

    /// Somebody new, as a member of the organization that takes whoever the provider knows.
    async fn newcomer(&self, tx: &mut dyn Tx) -> Result<User, FederationError> {
        let org = self.join.ok_or(FederationError::NotAdmitted)?;
        if tx.organizations().find(org).await?.is_none() {
            tracing::error!(%org, "the organization of auto_join does not exist");
            return Err(FederationError::NotAdmitted);
        }
        let user = User { id: self.new_user, email: self.email.clone(), created_at: tx.now() };
        tx.users().insert(&user).await?;
        tx.append(OrgId::PLATFORM, self.event("user.created", user.id, json!({}))).await?;
        let membership = Membership { org, user: user.id, role: OrgRole::Member };
        tx.memberships().insert(&membership).await?;
        let detail = json!({ "role": membership.role.as_str(), "by": "auto_join" });
        tx.append(org, self.event("membership.created", user.id, detail)).await?;
        Ok(user)
    }

    fn event(&self, kind: &'static str, user: UserId, detail: Value) -> NewEvent {
        let object = Object { kind: "user", id: user.to_string() };
        let actor = Actor::User { user, credential: None };
        NewEvent { kind, actor, agent: None, operation: None, object, detail, trace: self.trace.clone() }
    }
}
