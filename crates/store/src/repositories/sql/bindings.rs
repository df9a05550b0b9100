//! `bindings`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, OrgId,
    binding::Binding,
    catalog::OperationName,
    ports::{BindingRepository, StoreError},
};

use super::OpenTx;
use crate::{queries::in_row, rows::BindingRow, schema::bindings};

#[async_trait]
impl BindingRepository for OpenTx<'_> {
    async fn put(&mut self, org: OrgId, binding: &Binding) -> Result<(), StoreError> {
        self.require_agent(org, binding.agent).await?;
        let row = BindingRow::new(org, binding);
        let terms = (
            bindings::month_cap.eq(row.month_cap),
            bindings::day_count.eq(row.day_count),
            bindings::approval_threshold.eq(row.approval_threshold),
        );
        let put = diesel::insert_into(bindings::table)
            .values(row)
            .on_conflict((bindings::agent_id, bindings::operation))
            .do_update()
            .set(terms)
            .execute(self.changing(org)?)
            .await;
        self.note(put).map(drop)
    }

    async fn find(
        &mut self,
        org: OrgId,
        agent: AgentId,
        operation: &OperationName,
    ) -> Result<Option<Binding>, StoreError> {
        let query = bindings::table
            .find((agent.to_string(), operation.as_str()))
            .filter(bindings::org_id.eq(org.to_string()))
            .select(BindingRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(binding).transpose()
    }

    async fn list(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError> {
        let query = bindings::table
            .filter(bindings::agent_id.eq(agent.to_string()))
            .filter(bindings::org_id.eq(org.to_string()))
            .order(bindings::operation)
            .select(BindingRow::as_select());
        let rows = query.load(self.conn()?).await;
        self.note(rows)?.into_iter().map(binding).collect()
    }

    async fn remove(&mut self, org: OrgId, agent: AgentId, operation: &OperationName) -> Result<(), StoreError> {
        let row = bindings::table
            .filter(bindings::agent_id.eq(agent.to_string()))
            .filter(bindings::operation.eq(operation.as_str()))
            .filter(bindings::org_id.eq(org.to_string()));
        let removed = diesel::delete(row).execute(self.changing(org)?).await;
        self.note(removed).map(drop)
    }
}

fn binding(row: BindingRow) -> Result<Binding, StoreError> {
    in_row(format!("{} {}", row.agent_id, row.operation), Binding::try_from(row))
}
