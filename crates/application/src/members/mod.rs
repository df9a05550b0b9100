//! Who belongs to an organization, as what: list, give another role, remove, leave.
//!
//! There is always an owner, and nobody gives or takes a right that they lack; both are judged in the transaction that changes
//! something. Deliberately absent: how people come in (invitations), and what custom roles include ([`crate::roles`]).

mod error;
mod remove;
mod role;

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    identity::{Email, Membership, Name, Role},
    ports::{CredentialQueries, PeopleQueries, UnitOfWork},
};

use crate::access::UserCaller;

pub use error::MemberError;
pub use remove::Removed;

/// What the use-cases need.
pub struct MembersParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Addresses and custom roles.
    pub credentials: Arc<dyn CredentialQueries>,
    /// Who belongs there.
    pub people: Arc<dyn PeopleQueries>,
}

/// The use-cases.
pub struct Members {
    parts: MembersParts,
}

/// A member as colleagues see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// Who, as what.
    pub membership: Membership,
    /// Where mail reaches them.
    pub email: Option<Email>,
    /// What their custom role is called.
    pub role_name: Option<Name>,
}

impl Members {
    /// Over these parts.
    pub const fn new(parts: MembersParts) -> Self {
        Self { parts }
    }

    /// Everybody in the caller's organization, the oldest account first.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, caller: &UserCaller) -> Result<Vec<MemberView>, MemberError> {
        let roles = self.parts.credentials.roles(caller.org).await?;
        let mut members = Vec::new();
        for membership in self.parts.people.members(caller.org).await? {
            members.push(self.view(membership, &roles).await?);
        }
        Ok(members)
    }

    async fn shown(&self, org: OrgId, membership: Membership) -> Result<MemberView, MemberError> {
        let roles = self.parts.credentials.roles(org).await?;
        self.view(membership, &roles).await
    }

    async fn view(&self, membership: Membership, roles: &[Role]) -> Result<MemberView, MemberError> {
        let person = self.parts.credentials.user(membership.user).await?;
        let role = roles.iter().find(|role| membership.role.custom() == Some(role.id));
        let role_name = role.map(|role| role.name.clone());
        Ok(MemberView { membership, email: person.map(|person| person.email), role_name })
    }
}

#[cfg(test)]
mod tests;
