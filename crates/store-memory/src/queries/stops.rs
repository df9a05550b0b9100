//! What people stopped, which organizations may not spend, and promotional codes.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, PromoCodeId,
    identity::{OrganizationStatus, Standing},
    policy::Stop,
    ports::{PromoQueries, StandingQueries, StopQueries, StoreError},
    promo::PromoCode,
};

use crate::MemoryStore;

#[async_trait]
impl StopQueries for MemoryStore {
    async fn stops(&self, org: OrgId) -> Result<Vec<Stop>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.stops.values().cloned().collect()))
    }
}

#[async_trait]
impl StandingQueries for MemoryStore {
    async fn standing(&self, org: OrgId) -> Result<Option<Standing>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.standing.clone()))
    }

    async fn organizations_that_are(
        &self,
        status: OrganizationStatus,
        limit: u32,
    ) -> Result<Vec<Standing>, StoreError> {
        self.shared.reachable()?;
        let state = self.shared.state();
        let all = state.orgs.values().filter_map(|rows| rows.policy.standing.as_ref());
        let wanted = all.filter(|standing| standing.status == status);
        Ok(wanted.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect())
    }
}

#[async_trait]
impl PromoQueries for MemoryStore {
    async fn promo_codes(&self, before: Option<PromoCodeId>, limit: u32) -> Result<Vec<PromoCode>, StoreError> {
        let older = |one: &&PromoCode| before.is_none_or(|before| one.id < before);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // Ids are in the order of birth.
        Ok(self.look(OrgId::PLATFORM, |rows| {
            rows.policy.promo_codes.values().rev().filter(older).take(limit).cloned().collect()
        }))
    }
}
