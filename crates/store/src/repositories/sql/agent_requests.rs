//! `agent_requests`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentRequestId, BudgetRequestId, OrgId,
    inbox::{AgentRequest, AgentRequestStatus},
    ports::{AgentRequestRepository, Asker, StoreError},
};

use super::{OpenTx, constraint};
use crate::{queries::in_row, rows::AgentRequestRow, schema::agent_requests};

#[async_trait]
impl AgentRequestRepository for OpenTx<'_> {
    async fn insert(&mut self, request: &AgentRequest) -> Result<(), StoreError> {
        self.require_held(request.org)?;
        if let Some(agent) = request.agent {
            self.require_agent(request.org, agent).await?;
        }
        let key = self.data_key(request.org).await?;
        let row = AgentRequestRow::seal(&key, request);
        let row = self.remember(row)?;
        let inserted = diesel::insert_into(agent_requests::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, request: &AgentRequest) -> Result<(), StoreError> {
        self.require_held(request.org)?;
        let key = self.data_key(request.org).await?;
        let sealed = AgentRequestRow::seal(&key, request);
        let row = self.remember(sealed)?;
        let target =
            agent_requests::table.filter(agent_requests::id.eq(row.id)).filter(agent_requests::org_id.eq(row.org_id));
        let values = (
            agent_requests::sealed.eq(row.sealed),
            agent_requests::status.eq(row.status),
            agent_requests::resolved_at.eq(row.resolved_at),
            agent_requests::resolved_by.eq(row.resolved_by),
        );
        let updated = diesel::update(target).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("agent_requests: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: AgentRequestId) -> Result<Option<AgentRequest>, StoreError> {
        let query = agent_requests::table
            .find(id.to_string())
            .filter(agent_requests::org_id.eq(org.to_string()))
            .select(AgentRequestRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        let row = self.note(row)?;
        self.opened(org, row).await
    }

    async fn find_by_budget_request(
        &mut self,
        org: OrgId,
        id: BudgetRequestId,
    ) -> Result<Option<AgentRequest>, StoreError> {
        let query = agent_requests::table
            .filter(agent_requests::budget_request_id.eq(id.to_string()))
            .filter(agent_requests::org_id.eq(org.to_string()))
            .select(AgentRequestRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        let row = self.note(row)?;
        self.opened(org, row).await
    }

    async fn count_pending(&mut self, org: OrgId, asker: Asker) -> Result<u64, StoreError> {
        let pending = agent_requests::table
            .filter(agent_requests::org_id.eq(org.to_string()))
            .filter(agent_requests::status.eq(AgentRequestStatus::Pending.as_str()))
            .count()
            .into_boxed();
        let query = match asker {
            Asker::Agent(agent) => pending.filter(agent_requests::agent_id.eq(agent.to_string())),
            Asker::Person(user) => {
                pending.filter(agent_requests::agent_id.is_null()).filter(agent_requests::asked_by.eq(user.to_string()))
            }
        };
        let counted = query.get_result::<i64>(self.conn()?).await;
        self.note(counted).map(|count| u64::try_from(count).unwrap_or_default())
    }
}

impl OpenTx<'_> {
    async fn opened(&mut self, org: OrgId, row: Option<AgentRequestRow>) -> Result<Option<AgentRequest>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let key = self.data_key(org).await?;
        in_row(row.id.clone(), row.open(&key)).map(Some)
    }
}
