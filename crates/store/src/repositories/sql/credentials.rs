//! `credentials`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, CredentialId, Mode, OrgId, Timestamp, UserId,
    identity::{Credential, CredentialKind, PermissionSet},
    ports::{CredentialRepository, StoreError},
};

use super::{OpenTx, constraint, found};
use crate::{
    queries::in_row,
    rows::{CredentialRow, parse},
    schema::{credentials, token_details},
};

#[async_trait]
impl CredentialRepository for OpenTx<'_> {
    async fn insert(&mut self, credential: &Credential) -> Result<(), StoreError> {
        if let CredentialKind::AgentKey { agent, .. } = credential.kind {
            self.require_agent(credential.org, agent).await?;
        }
        let row = CredentialRow::from(credential);
        let conn = self.changing(credential.org)?;
        let inserted = diesel::insert_into(credentials::table).values(row).execute(conn).await;
        self.note(inserted).map(drop)
    }

    async fn active_agent_keys(
        &mut self,
        org: OrgId,
        agent: AgentId,
        mode: Mode,
    ) -> Result<Vec<Credential>, StoreError> {
        let query = credentials::table
            .filter(credentials::agent_id.eq(agent.to_string()))
            .filter(credentials::org_id.eq(org.to_string()))
            .filter(credentials::mode.eq(mode.as_str()))
            .filter(credentials::revoked.eq(false))
            .order(credentials::id)
            .select(CredentialRow::as_select());
        let rows = query.load(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(row.id.clone(), Credential::try_from(row))).collect()
    }

    async fn revoke(&mut self, org: OrgId, id: CredentialId) -> Result<(), StoreError> {
        let row = credentials::table
            .filter(credentials::id.eq(id.to_string()))
            .filter(credentials::org_id.eq(org.to_string()));
        let revoked = diesel::update(row).set(credentials::revoked.eq(true)).execute(self.changing(org)?).await;
        self.note(revoked).map(drop)
    }

    async fn find(&mut self, org: OrgId, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let query = credentials::table
            .filter(credentials::id.eq(id.to_string()))
            .filter(credentials::org_id.eq(org.to_string()))
            .select(CredentialRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Credential::try_from(row))).transpose()
    }

    async fn update(&mut self, org: OrgId, credential: &Credential) -> Result<(), StoreError> {
        self.changing(credential.org)?;
        let row = credentials::table
            .filter(credentials::id.eq(credential.id.to_string()))
            .filter(credentials::org_id.eq(org.to_string()));
        let values = (
            credentials::org_id.eq(credential.org.to_string()),
            credentials::label.eq(credential.label.as_str()),
            credentials::revoked.eq(credential.status.revoked),
            credentials::expires_at.eq(credential.status.expires_at.map(Timestamp::micros)),
        );
        let updated = diesel::update(row).set(values).execute(self.changing(org)?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("credentials: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn remove(&mut self, org: OrgId, id: CredentialId) -> Result<(), StoreError> {
        let row = credentials::table
            .filter(credentials::id.eq(id.to_string()))
            .filter(credentials::org_id.eq(org.to_string()));
        let removed = diesel::delete(row).execute(self.changing(org)?).await;
        self.note(removed).map(drop)
    }

    async fn tokens_of(&mut self, org: OrgId, user: UserId) -> Result<Vec<CredentialId>, StoreError> {
        let query = credentials::table
            .filter(credentials::user_id.eq(user.to_string()))
            .filter(credentials::org_id.eq(org.to_string()))
            .order(credentials::id)
            .select(credentials::id);
        let ids = query.load::<String>(self.conn()?).await;
        self.note(ids)?.iter().map(|id| parse("credentials", "id", id)).collect()
    }

    async fn set_scope(&mut self, org: OrgId, id: CredentialId, scope: PermissionSet) -> Result<(), StoreError> {
        self.require_held(org)?;
        let own = credentials::table
            .filter(credentials::id.eq(id.to_string()))
            .filter(credentials::org_id.eq(org.to_string()))
            .filter(credentials::user_id.is_not_null());
        let row = own.select(credentials::id).first::<String>(self.conn()?).await;
        if !self.note(found(row))? {
            return self.remember(Err(constraint("token_details: the organization has no such token")));
        }
        let row = (token_details::credential_id.eq(id.to_string()), token_details::permissions.eq(scope.stored()));
        let inserted = diesel::insert_into(token_details::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }
}
