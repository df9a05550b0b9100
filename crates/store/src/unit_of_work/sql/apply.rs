//! A ledger command inside a use-case: the same rows, the same rules.

use std::{slice, sync::Arc};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    ledger::{Command, Outcome, Refusal, apply},
    ports::StoreError,
};

use super::{OpenTx, load};
use crate::{ledger::PolicySource, schema::org_heads};

impl OpenTx<'_> {
    /// Applies a command, which may have been applied before.
    pub(super) async fn apply_one(&mut self, command: &Command) -> Result<Result<Outcome, Refusal>, StoreError> {
        self.check()?;
        let org = command.org();
        if !self.holds(org) && !self.exists(org).await? {
            return Ok(Err(Refusal::NotFound("organization")));
        }
        self.require_held(org)?;
        let loaded = self.load(Arc::new(command.clone())).await;
        self.remember(loaded)?;
        let clock = self.clock();
        match apply(self.held(org)?, command, clock) {
            Err(Refusal::Incomplete) => self.remember(Err(incomplete(command))),
            result => Ok(result),
        }
    }

    async fn load(&mut self, command: Arc<Command>) -> Result<(), StoreError> {
        // Policy rows come from the tables: those that this transaction changed are in no cache.
        let how = load::How { again: true, clock: self.clock(), source: PolicySource::Rows };
        let (conn, shared, snapshots) = self.parts();
        load::load(conn, shared, snapshots, slice::from_ref(&command), how).await
    }

    async fn exists(&mut self, org: OrgId) -> Result<bool, StoreError> {
        let head = org_heads::table.find(org.to_string()).select(org_heads::org_id);
        let head = head.first::<String>(self.conn()?).await.optional();
        self.note(head).map(|head| head.is_some())
    }
}

fn incomplete(command: &Command) -> StoreError {
    StoreError::Internal(format!("command {} needs a row that was not loaded", command.id()))
}
