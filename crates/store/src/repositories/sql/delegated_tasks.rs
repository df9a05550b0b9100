//! `delegated_tasks`. Admissions read the open ones, so every write raises the epoch.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, DelegationId, OrgId, Timestamp,
    delegation::DelegatedTask,
    ports::{DelegationRepository, StoreError},
};

use super::{OpenTx, constraint};
use crate::{queries::in_row, rows::DelegatedTaskRow, schema::delegated_tasks};

#[async_trait]
impl DelegationRepository for OpenTx<'_> {
    async fn insert(&mut self, task: &DelegatedTask) -> Result<(), StoreError> {
        self.require_held(task.org)?;
        for agent in [task.parent, task.child] {
            self.require_agent(task.org, agent).await?;
        }
        let row = DelegatedTaskRow::from(task);
        let inserted = diesel::insert_into(delegated_tasks::table).values(row).execute(self.changing(task.org)?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, task: &DelegatedTask) -> Result<(), StoreError> {
        self.require_held(task.org)?;
        let row = delegated_tasks::table
            .filter(delegated_tasks::id.eq(task.id.to_string()))
            .filter(delegated_tasks::org_id.eq(task.org.to_string()));
        let values = (
            delegated_tasks::status.eq(task.status.as_str()),
            delegated_tasks::result.eq(task.result.clone()),
            delegated_tasks::seq.eq(task.seq),
            delegated_tasks::updated_at.eq(task.updated_at.micros()),
            delegated_tasks::ended_at.eq(task.ended_at.map(Timestamp::micros)),
        );
        let updated = diesel::update(row).set(values).execute(self.changing(task.org)?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("delegated_tasks: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError> {
        let query = delegated_tasks::table
            .find(id.to_string())
            .filter(delegated_tasks::org_id.eq(org.to_string()))
            .select(DelegatedTaskRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, DelegatedTask::try_from(row))).transpose()
    }

    async fn open_of(&mut self, org: OrgId, child: AgentId) -> Result<Vec<DelegatedTask>, StoreError> {
        let of_child = delegated_tasks::child_id.eq(child.to_string());
        let query = delegated_tasks::table.filter(of_child).filter(delegated_tasks::org_id.eq(org.to_string()));
        let query = query.filter(delegated_tasks::ended_at.is_null()).order(delegated_tasks::id);
        let query = query.select(DelegatedTaskRow::as_select());
        let rows = query.load(self.conn()?).await;
        tasks(self.note(rows)?)
    }

    async fn open_with(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<DelegatedTask>, StoreError> {
        let of_parent = delegated_tasks::parent_id.eq(agent.to_string());
        let of_either = of_parent.or(delegated_tasks::child_id.eq(agent.to_string()));
        let query = delegated_tasks::table.filter(of_either).filter(delegated_tasks::org_id.eq(org.to_string()));
        let query = query.filter(delegated_tasks::ended_at.is_null()).order(delegated_tasks::id);
        let query = query.select(DelegatedTaskRow::as_select());
        let rows = query.load(self.conn()?).await;
        tasks(self.note(rows)?)
    }
}

fn tasks(rows: Vec<DelegatedTaskRow>) -> Result<Vec<DelegatedTask>, StoreError> {
    rows.into_iter().map(|row| in_row(row.id.clone(), DelegatedTask::try_from(row))).collect()
}
