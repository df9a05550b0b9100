//! Requests to publish, and publications, inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, PublicationId, PublishRequestId,
    ports::{PublishingRepository, StoreError},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus, Subject},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl PublishingRepository for Transaction {
    async fn insert_request(&mut self, request: &PublishRequest) -> Result<(), StoreError> {
        let known = self.knows_user(request.requested_by);
        self.change_beside(request.org, |policy| {
            let is_pending = |one: &PublishRequest| one.status == PublishRequestStatus::Pending;
            let is_same = |one: &PublishRequest| (one.subject, one.scope) == (request.subject, request.scope);
            let is_second =
                is_pending(request) && policy.publish_requests.values().any(|one| is_pending(one) && is_same(one));
            let fits = known && request.team.is_none_or(|team| policy.teams.contains_key(&team));
            if !fits || is_second || policy.publish_requests.contains_key(&request.id) {
                return Err(constraint("publish_requests: it exists, or what it refers to does not"));
            }
            policy.publish_requests.insert(request.id, request.clone());
            Ok(())
        })
    }

    async fn update_request(&mut self, request: &PublishRequest) -> Result<(), StoreError> {
        self.change_beside(request.org, |policy| {
            let row = policy.publish_requests.get_mut(&request.id);
            let row = row.ok_or_else(|| constraint("publish_requests: there is no such row"))?;
            (row.status, row.reason, row.publication) = (request.status, request.reason.clone(), request.publication);
            (row.resolved_at, row.resolved_by) = (request.resolved_at, request.resolved_by);
            Ok(())
        })
    }

    async fn find_request(&mut self, org: OrgId, id: PublishRequestId) -> Result<Option<PublishRequest>, StoreError> {
        Ok(self.see(org, |policy| policy.publish_requests.get(&id).cloned()).flatten())
    }

    async fn pending_requests(&mut self, org: OrgId, subject: Subject) -> Result<Vec<PublishRequest>, StoreError> {
        let wanted = |one: &&PublishRequest| one.subject == subject && one.status == PublishRequestStatus::Pending;
        let found = self.see(org, |policy| policy.publish_requests.values().filter(wanted).cloned().collect());
        let mut found: Vec<PublishRequest> = found.unwrap_or_default();
        found.sort_by_key(|one| std::cmp::Reverse(one.seq));
        Ok(found)
    }

    async fn insert(&mut self, publication: &Publication) -> Result<(), StoreError> {
        let known = self.knows_user(publication.requested_by);
        self.change_beside(publication.org, |policy| {
            let is_active = |one: &Publication| one.status == PublicationStatus::Active;
            let is_same = |one: &Publication| (one.subject, one.scope) == (publication.subject, publication.scope);
            let is_second =
                is_active(publication) && policy.publications.values().any(|one| is_active(one) && is_same(one));
            let fits = known
                && policy.publish_requests.contains_key(&publication.request)
                && publication.team.is_none_or(|team| policy.teams.contains_key(&team));
            if !fits || is_second || policy.publications.contains_key(&publication.id) {
                return Err(constraint("publications: it exists, or what it refers to does not"));
            }
            policy.publications.insert(publication.id, publication.clone());
            Ok(())
        })
    }

    async fn update(&mut self, publication: &Publication) -> Result<(), StoreError> {
        self.change_beside(publication.org, |policy| {
            let row = policy.publications.get_mut(&publication.id);
            let row = row.ok_or_else(|| constraint("publications: there is no such row"))?;
            (row.status, row.ended_at, row.ended_by) = (publication.status, publication.ended_at, publication.ended_by);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: PublicationId) -> Result<Option<Publication>, StoreError> {
        Ok(self.see(org, |policy| policy.publications.get(&id).cloned()).flatten())
    }

    async fn active(&mut self, org: OrgId, subject: Subject) -> Result<Vec<Publication>, StoreError> {
        let wanted = |one: &&Publication| one.subject == subject && one.status == PublicationStatus::Active;
        let found = self.see(org, |policy| policy.publications.values().filter(wanted).cloned().collect());
        let mut found: Vec<Publication> = found.unwrap_or_default();
        found.sort_by_key(|one| std::cmp::Reverse(one.seq));
        Ok(found)
    }
}
