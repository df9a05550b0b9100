//! `budget_requests`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    BudgetRequestId, OrgId, Timestamp,
    ports::{BudgetRequestRepository, StoreError},
    team::BudgetRequest,
};

use super::{OpenTx, constraint};
use crate::{queries::in_row, rows::BudgetRequestRow, schema::budget_requests};

#[async_trait]
impl BudgetRequestRepository for OpenTx<'_> {
    async fn insert(&mut self, request: &BudgetRequest) -> Result<(), StoreError> {
        self.require_held(request.org)?;
        self.require_team(request.org, request.team).await?;
        let row = BudgetRequestRow::from(request);
        let inserted = diesel::insert_into(budget_requests::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, request: &BudgetRequest) -> Result<(), StoreError> {
        self.require_held(request.org)?;
        let row = budget_requests::table
            .filter(budget_requests::id.eq(request.id.to_string()))
            .filter(budget_requests::org_id.eq(request.org.to_string()));
        let values = (
            budget_requests::status.eq(request.status.as_str()),
            budget_requests::resolved_at.eq(request.resolved_at.map(Timestamp::micros)),
            budget_requests::resolved_by.eq(request.resolved_by.map(|user| user.to_string())),
        );
        let updated = diesel::update(row).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("budget_requests: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: BudgetRequestId) -> Result<Option<BudgetRequest>, StoreError> {
        let query = budget_requests::table
            .find(id.to_string())
            .filter(budget_requests::org_id.eq(org.to_string()))
            .select(BudgetRequestRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, BudgetRequest::try_from(row))).transpose()
    }
}
