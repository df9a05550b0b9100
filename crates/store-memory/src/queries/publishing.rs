//! Requests to publish, publications, and the marketplace.

use std::cmp::Reverse;

use async_trait::async_trait;
use upivia_domain::{
    OrgId, PublicationId, PublishRequestId,
    identity::OrganizationStatus,
    ports::{PublicationFilter, PublishRequestFilter, PublishingQueries, StoreError},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishScope},
};

use crate::MemoryStore;

#[async_trait]
impl PublishingQueries for MemoryStore {
    async fn publish_requests(
        &self,
        org: OrgId,
        filter: &PublishRequestFilter,
        limit: u32,
    ) -> Result<Vec<PublishRequest>, StoreError> {
        let mut found: Vec<PublishRequest> = self.look(org, |rows| {
            rows.policy.publish_requests.values().filter(|request| is_wanted(filter, request)).cloned().collect()
        });
        found.sort_by_key(|request| Reverse(request.seq));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn publish_request(&self, org: OrgId, id: PublishRequestId) -> Result<Option<PublishRequest>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.publish_requests.get(&id).cloned()))
    }

    async fn publications(
        &self,
        org: OrgId,
        filter: &PublicationFilter,
        limit: u32,
    ) -> Result<Vec<Publication>, StoreError> {
        let mut found: Vec<Publication> = self.look(org, |rows| {
            rows.policy.publications.values().filter(|publication| fits(filter, publication)).cloned().collect()
        });
        found.sort_by_key(|publication| Reverse(publication.seq));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn listings(&self, before: Option<i64>, limit: u32) -> Result<Vec<Publication>, StoreError> {
        let is_before = |one: &Publication| before.is_none_or(|seq| one.listing_seq.is_some_and(|own| own < seq));
        let mut found = self.listed(is_before);
        found.sort_by_key(|one| Reverse(one.listing_seq));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn listing(&self, id: PublicationId) -> Result<Option<Publication>, StoreError> {
        Ok(self.listed(|one| one.id == id).pop())
    }
}

impl MemoryStore {
    /// What is in the marketplace, of all organizations that are active.
    fn listed(&self, wanted: impl Fn(&Publication) -> bool) -> Vec<Publication> {
        let state = self.shared.state();
        let active = state.orgs.values().filter(|rows| rows.head.status == OrganizationStatus::Active);
        let all = active.flat_map(|rows| rows.policy.publications.values());
        let is_listed = |one: &&Publication| one.status == PublicationStatus::Active && one.listing_seq.is_some();
        all.filter(is_listed).filter(|one| wanted(one)).cloned().collect()
    }
}

fn is_wanted(filter: &PublishRequestFilter, request: &PublishRequest) -> bool {
    filter.status.is_none_or(|status| request.status == status)
        && filter.before_seq.is_none_or(|seq| request.seq < seq)
        && filter.sight.as_ref().is_none_or(|sight| {
            sight.user == Some(request.requested_by) || request.team.is_some_and(|team| sight.teams.contains(&team))
        })
}

fn fits(filter: &PublicationFilter, publication: &Publication) -> bool {
    filter.status.is_none_or(|status| publication.status == status)
        && filter.scope.is_none_or(|scope| publication.scope == scope)
        && filter.subject.is_none_or(|subject| publication.subject == subject)
        && filter.before_seq.is_none_or(|seq| publication.seq < seq)
        && filter.sight.as_ref().is_none_or(|sight| {
            publication.scope != PublishScope::Team
                || sight.user == Some(publication.requested_by)
                || publication.team.is_some_and(|team| sight.teams.contains(&team))
        })
}
