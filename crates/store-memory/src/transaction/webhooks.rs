//! Endpoints and deliveries inside a transaction. Workers change deliveries beside it, so they are no part of the
//! organization's rows: what the transaction changes of them is laid over what is committed.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, WebhookDeliveryId, WebhookEndpointId,
    ports::{Reading, StoreError, WebhookRepository},
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl WebhookRepository for Transaction {
    async fn insert(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.change_beside(endpoint.org, |policy| match policy.endpoints.get(&endpoint.id) {
            Some(_) => Err(constraint("webhook_endpoints: the id exists")),
            None => {
                policy.endpoints.insert(endpoint.id, endpoint.clone());
                Ok(())
            }
        })
    }

    async fn update(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.change_beside(endpoint.org, |policy| {
            let row = policy.endpoints.get_mut(&endpoint.id);
            *row.ok_or_else(|| constraint("webhook_endpoints: there is no such row"))? = endpoint.clone();
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
        Ok(self.see(org, |policy| policy.endpoints.get(&id).cloned()).flatten())
    }

    async fn count(&mut self, org: OrgId) -> Result<usize, StoreError> {
        Ok(self.see(org, |policy| policy.endpoints.len()).unwrap_or_default())
    }

    async fn remove(&mut self, org: OrgId, id: WebhookEndpointId) -> Result<(), StoreError> {
        self.change_beside(org, |policy| {
            policy.endpoints.remove(&id);
            Ok(())
        })?;
        for delivery in self.deliveries_to(org, id) {
            self.deliveries.insert(delivery.id, None);
        }
        Ok(())
    }

    async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let held = self.open(delivery.org).map(drop);
        self.remember(held)?;
        let is_taken = |one: &Delivery| one.id == delivery.id || one.place == delivery.place;
        let taken = self.deliveries_to(delivery.org, delivery.endpoint).iter().any(is_taken);
        let fits = if taken { Err(constraint("webhook_deliveries: the id or the place exists")) } else { Ok(()) };
        self.remember(fits)?;
        self.deliveries.insert(delivery.id, Some(delivery.clone()));
        Ok(())
    }

    async fn find_delivery(&mut self, org: OrgId, id: WebhookDeliveryId) -> Result<Option<Delivery>, StoreError> {
        let seen = match self.deliveries.get(&id) {
            Some(mine) => mine.clone(),
            None => self.shared.state().deliveries.get(&id).cloned(),
        };
        Ok(seen.filter(|delivery| delivery.org == org))
    }

    async fn update_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let held = self.open(delivery.org).map(drop);
        self.remember(held)?;
        let found = self.find_delivery(delivery.org, delivery.id).await?;
        let found = found.ok_or_else(|| constraint("webhook_deliveries: there is no such row")).map(drop);
        self.remember(found)?;
        self.deliveries.insert(delivery.id, Some(delivery.clone()));
        Ok(())
    }

    async fn advance(&mut self, reading: &Reading) -> Result<bool, StoreError> {
        let held = self.open(reading.org).map(drop);
        self.remember(held)?;
        let is_next = self.shared.state().is_next(reading);
        if is_next {
            self.readings.push(reading.clone());
        }
        Ok(is_next)
    }

    async fn give_up(&mut self, org: OrgId, endpoint: WebhookEndpointId, attempt: &Attempt) -> Result<(), StoreError> {
        let held = self.open(org).map(drop);
        self.remember(held)?;
        for delivery in self.deliveries_to(org, endpoint) {
            if delivery.status == DeliveryStatus::Pending {
                self.deliveries.insert(delivery.id, Some(delivery.after(attempt.clone(), None)));
            }
        }
        Ok(())
    }
}

impl Transaction {
    fn deliveries_to(&self, org: OrgId, endpoint: WebhookEndpointId) -> Vec<Delivery> {
        let wanted = |delivery: &&Delivery| delivery.org == org && delivery.endpoint == endpoint;
        let mine = self.deliveries.values().flatten().filter(wanted).cloned();
        let state = self.shared.state();
        let committed = state.deliveries.values().filter(|one| !self.deliveries.contains_key(&one.id));
        committed.filter(wanted).cloned().chain(mine).collect()
    }
}
