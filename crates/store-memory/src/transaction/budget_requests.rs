//! Workers' wishes for money inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    BudgetRequestId, OrgId,
    ports::{BudgetRequestRepository, StoreError},
    team::BudgetRequest,
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl BudgetRequestRepository for Transaction {
    async fn insert(&mut self, request: &BudgetRequest) -> Result<(), StoreError> {
        let known = self.knows_user(request.user);
        self.change_beside(request.org, |policy| {
            let fits = known && policy.teams.contains_key(&request.team);
            if !fits || policy.budget_requests.contains_key(&request.id) {
                return Err(constraint("budget_requests: it exists, or team or person do not"));
            }
            policy.budget_requests.insert(request.id, request.clone());
            Ok(())
        })
    }

    async fn update(&mut self, request: &BudgetRequest) -> Result<(), StoreError> {
        self.change_beside(request.org, |policy| {
            let row = policy.budget_requests.get_mut(&request.id);
            let row = row.ok_or_else(|| constraint("budget_requests: there is no such row"))?;
            (row.status, row.resolved_at, row.resolved_by) = (request.status, request.resolved_at, request.resolved_by);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: BudgetRequestId) -> Result<Option<BudgetRequest>, StoreError> {
        Ok(self.see(org, |policy| policy.budget_requests.get(&id).cloned()).flatten())
    }
}
