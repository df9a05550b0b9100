//! The person behind a change: what the audit trail says of them, and whether they may, read where the change is made.

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    identity::Permission,
    ports::{StoreError, Tx},
};

use super::{Entry, Recorder, UserCaller};

/// A person who changes something.
#[derive(Debug, Clone)]
pub struct Author {
    /// Who.
    pub caller: UserCaller,
    /// The id of the HTTP request.
    pub trace: Option<Arc<str>>,
}

impl Author {
    /// What the trail says of them.
    pub(crate) fn recorder(&self) -> Recorder {
        Recorder { org: self.caller.org, actor: self.caller.actor(), trace: self.trace.clone() }
    }

    /// The organization in which they act.
    pub const fn org(&self) -> OrgId {
        self.caller.org
    }

    /// Whether their role of this very transaction includes the permission: a demotion holds at once.
    pub(crate) async fn may(&self, tx: &mut dyn Tx, permission: Permission) -> Result<bool, StoreError> {
        Ok(self.permissions(tx).await?.contains(permission))
    }

    /// The same, as the error of whoever asks.
    pub(crate) async fn require<E: From<StoreError>>(
        &self,
        tx: &mut dyn Tx,
        permission: Permission,
        forbidden: impl FnOnce(Permission) -> E + Send,
    ) -> Result<(), E> {
        if self.may(tx, permission).await? { Ok(()) } else { Err(forbidden(permission)) }
    }

    /// Appends the event to the organization's chain, under this person's name.
    pub(crate) async fn record(&self, tx: &mut dyn Tx, entry: Entry) -> Result<(), StoreError> {
        self.recorder().record(tx, entry).await.map(drop)
    }

    /// The same in the chain of any organization that the transaction holds; returns the place of the event.
    pub(crate) async fn record_at(&self, tx: &mut dyn Tx, org: OrgId, entry: Entry) -> Result<i64, StoreError> {
        self.recorder().at(org).record(tx, entry).await
    }

    /// Whether they are one of those who run the installation.
    pub(crate) async fn runs_the_installation(&self, tx: &mut dyn Tx) -> Result<bool, StoreError> {
        tx.platform_admins().contains(self.caller.user).await
    }
}
