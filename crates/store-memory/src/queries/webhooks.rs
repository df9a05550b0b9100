//! Endpoints, deliveries and alerts, for people and for the workers between the journal and the endpoints.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, Timestamp, WebhookEndpointId,
    budget::{AlertKey, BudgetAlert},
    identity::{Email, OrgRole},
    ports::{AlertFilter, Claim, DeliveryFilter, Reading, StoreError, Unread, WebhookOutbox, WebhookQueries},
    webhook::{Delivery, DeliveryStatus, Endpoint, EndpointStatus},
};

use crate::{MemoryStore, state::State};

fn at_most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[async_trait]
impl WebhookQueries for MemoryStore {
    async fn endpoints(&self, org: OrgId) -> Result<Vec<Endpoint>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.endpoints.values().cloned().collect()))
    }

    async fn endpoint(&self, org: OrgId, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.endpoints.get(&id).cloned()))
    }

    async fn deliveries(
        &self,
        org: OrgId,
        endpoint: WebhookEndpointId,
        filter: DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let wanted = |one: &&Delivery| {
            one.org == org
                && one.endpoint == endpoint
                && filter.status.is_none_or(|status| one.status == status)
                && filter.before_place.is_none_or(|place| one.place < place)
        };
        let mut found: Vec<_> = self.shared.state().deliveries.values().filter(wanted).cloned().collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.place));
        found.truncate(at_most(limit));
        Ok(found)
    }

    async fn delivered_since(
        &self,
        org: OrgId,
        endpoint: WebhookEndpointId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let wanted = |one: &Delivery| {
            one.org == org
                && one.endpoint == endpoint
                && one.status == DeliveryStatus::Delivered
                && one.ended_at.is_some_and(|end| end >= at)
        };
        Ok(self.shared.state().deliveries.values().any(wanted))
    }

    async fn administrators(&self, org: OrgId) -> Result<Vec<Email>, StoreError> {
        let state = self.shared.state();
        let members = state.orgs.get(&org).into_iter().flat_map(|rows| rows.policy.memberships.values());
        let leads = members.filter(|member| matches!(member.role, OrgRole::Owner | OrgRole::Admin));
        let leads = leads.filter(|member| !state.suspensions.contains_key(&member.user));
        Ok(leads.filter_map(|member| state.users.get(&member.user)).map(|user| user.email.clone()).collect())
    }

    async fn budget_alerts(&self, org: OrgId, filter: AlertFilter, limit: u32) -> Result<Vec<BudgetAlert>, StoreError> {
        let wanted = |one: &&BudgetAlert| {
            one.org == org
                && filter.mode.is_none_or(|mode| one.mode == mode)
                && filter.before_place.is_none_or(|place| one.place < place)
        };
        let mut found: Vec<_> = self.shared.state().alerts.iter().filter(wanted).cloned().collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.place));
        found.truncate(at_most(limit));
        Ok(found)
    }
}

#[async_trait]
impl WebhookOutbox for MemoryStore {
    async fn unread(&self, limit: u32) -> Result<Vec<Unread>, StoreError> {
        self.shared.reachable()?;
        let state = self.shared.state();
        let unread = state.orgs.iter().map(|(org, rows)| Unread {
            org: *org,
            read_seq: state.journal_cursors.get(org).copied().unwrap_or_default(),
            last_seq: rows.head.seq,
        });
        Ok(unread.filter(|one| one.last_seq > one.read_seq).take(at_most(limit)).collect())
    }

    async fn told(&self, org: OrgId, keys: &[AlertKey]) -> Result<Vec<AlertKey>, StoreError> {
        let state = self.shared.state();
        let known = state.alerts.iter().filter(|alert| alert.org == org).map(BudgetAlert::key);
        Ok(known.filter(|key| keys.contains(key)).collect())
    }

    async fn advance(&self, reading: &Reading) -> Result<bool, StoreError> {
        self.shared.reachable()?;
        let mut state = self.shared.state();
        let is_next = state.is_next(reading);
        if is_next {
            check(&state, reading)?;
            state.write_reading(reading);
        }
        Ok(is_next)
    }

    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claim>, StoreError> {
        self.shared.reachable()?;
        let mut guard = self.shared.state();
        let state = &mut *guard;
        let is_due = |one: &&Delivery| one.status == DeliveryStatus::Pending && one.next_at.is_some_and(|at| at <= now);
        let claim = |delivery: &Delivery| {
            let endpoint = state.orgs.get(&delivery.org)?.policy.endpoints.get(&delivery.endpoint)?;
            let delivery = Delivery { attempts: delivery.attempts + 1, next_at: Some(until), ..delivery.clone() };
            (endpoint.status == EndpointStatus::Enabled).then(|| Claim { delivery, endpoint: endpoint.clone() })
        };
        let mut due: Vec<&Delivery> = state.deliveries.values().filter(is_due).collect();
        due.sort_by_key(|one| one.next_at);
        let claims: Vec<Claim> = due.into_iter().filter_map(claim).take(at_most(limit)).collect();
        state.deliveries.extend(claims.iter().map(|claim| (claim.delivery.id, claim.delivery.clone())));
        Ok(claims)
    }

    async fn finish(&self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError> {
        self.shared.reachable()?;
        let mut state = self.shared.state();
        let row = state.deliveries.get_mut(&delivery.id);
        let mine = row.filter(|row| row.status == DeliveryStatus::Pending && row.next_at == Some(until));
        Ok(mine.map(|row| *row = delivery.clone()).is_some())
    }

    async fn forget_before(&self, instant: Timestamp) -> Result<u64, StoreError> {
        let mut state = self.shared.state();
        let before = state.deliveries.len();
        state.deliveries.retain(|_, one| one.status == DeliveryStatus::Pending || one.created_at >= instant);
        Ok(u64::try_from(before - state.deliveries.len()).unwrap_or_default())
    }
}

impl State {
    /// Whether the journal was read exactly up to where the piece begins.
    pub(crate) fn is_next(&self, reading: &Reading) -> bool {
        self.journal_cursors.get(&reading.org).copied().unwrap_or_default() == reading.from_seq
    }

    pub(crate) fn write_reading(&mut self, reading: &Reading) {
        self.journal_cursors.insert(reading.org, reading.to_seq);
        self.alerts.extend(reading.alerts.iter().cloned());
        self.deliveries.extend(reading.deliveries.iter().map(|one| (one.id, one.clone())));
    }
}

pub(crate) fn check(state: &State, reading: &Reading) -> Result<(), StoreError> {
    let known = |alert: &BudgetAlert| state.alerts.iter().any(|one| one.org == alert.org && one.key() == alert.key());
    let is_taken = |new: &Delivery| {
        state
            .deliveries
            .values()
            .any(|one| one.id == new.id || (one.endpoint == new.endpoint && one.place == new.place))
    };
    if reading.alerts.iter().any(known) || reading.deliveries.iter().any(is_taken) {
        return Err(StoreError::Constraint("an alert, or a place of a delivery, is there already".to_owned()));
    }
    Ok(())
}
