//! Policy rows of organizations, each valid for one epoch.
//!
//! Every change of policy bumps the epoch in the organization's head, and the head is read under the organization's lock: an
//! equal epoch proves that the rows are current. Only rows that were read before the reading transaction wrote anything may
//! be learnt here, else a rolled-back change would stay behind under an epoch that somebody else uses.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{
    AgentId, Mode, OrgId,
    catalog::OperationName,
    policy::{AgentPolicy, PolicyRows, StopScope},
};

/// So many organizations are kept; then all are dropped.
const MOST_ORGANIZATIONS: usize = 16_384;
/// So many agents of one organization are kept; then its entry starts anew.
const MOST_AGENTS: usize = 16_384;

/// Shared by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct PolicyCache(Mutex<HashMap<OrgId, Entry>>);

#[derive(Debug)]
struct Entry {
    epoch: i64,
    agents: HashMap<AgentId, Arc<AgentPolicy>>,
    suspended: HashSet<(Mode, OperationName)>,
    stops: BTreeSet<StopScope>,
}

impl PolicyCache {
    /// The rows of those agents and their ancestors, if all are known for that epoch.
    pub(crate) fn find(&self, org: OrgId, epoch: i64, agents: &[AgentId]) -> Option<PolicyRows> {
        let entries = self.lock();
        let entry = entries.get(&org).filter(|entry| entry.epoch == epoch)?;
        let (suspended, stops) = (entry.suspended.clone(), entry.stops.clone());
        let mut rows = PolicyRows { suspended, stops, ..PolicyRows::default() };
        for agent in agents {
            let policy = entry.agents.get(agent)?;
            for ancestor in &policy.ancestors {
                rows.agents.insert(*ancestor, Arc::clone(entry.agents.get(ancestor)?));
            }
            rows.agents.insert(*agent, Arc::clone(policy));
        }
        Some(rows)
    }

    /// Keeps rows that were read under the organization's lock at that epoch.
    pub(crate) fn learn(&self, org: OrgId, epoch: i64, rows: &PolicyRows) {
        let mut entries = self.lock();
        if entries.len() >= MOST_ORGANIZATIONS {
            entries.clear();
        }
        let fresh =
            || Entry { epoch, agents: HashMap::new(), suspended: rows.suspended.clone(), stops: rows.stops.clone() };
        let entry = entries.entry(org).or_insert_with(fresh);
        if entry.epoch != epoch || entry.agents.len() >= MOST_AGENTS {
            *entry = fresh();
        }
        entry.agents.extend(rows.agents.iter().map(|(id, policy)| (*id, Arc::clone(policy))));
    }

    /// Drops what is known of organizations whose transaction failed.
    pub(crate) fn forget(&self, orgs: impl IntoIterator<Item = OrgId>) {
        let mut entries = self.lock();
        for org in orgs {
            entries.remove(&org);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OrgId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::{
        agent::AgentStatus,
        policy::{AgentPolicy, PolicyRows},
    };

    use super::*;

    fn agent(number: u32, ancestors: Vec<AgentId>) -> Arc<AgentPolicy> {
        Arc::new(AgentPolicy {
            id: agent_id(number),
            status: AgentStatus::Active,
            owner: format!("usr_{:022}", 1).parse().unwrap(),
            own_account: false,
            month_cap: None,
            ancestors,
            origin: None,
            team: None,
            allocation: None,
            bindings: HashMap::new(),
            credentials: HashMap::new(),
            tasks: Vec::new(),
        })
    }

    fn agent_id(number: u32) -> AgentId {
        format!("agt_{number:022}").parse().unwrap()
    }

    fn rows(agents: Vec<Arc<AgentPolicy>>) -> PolicyRows {
        PolicyRows { agents: agents.into_iter().map(|agent| (agent.id, agent)).collect(), ..PolicyRows::default() }
    }

    #[test]
    fn rows_are_known_for_their_epoch_only() {
        let cache = PolicyCache::default();
        cache.learn(OrgId::PLATFORM, 7, &rows(vec![agent(1, vec![])]));
        assert!(cache.find(OrgId::PLATFORM, 7, &[agent_id(1)]).is_some());
        assert!(cache.find(OrgId::PLATFORM, 8, &[agent_id(1)]).is_none());
        assert!(cache.find(OrgId::PLATFORM, 6, &[agent_id(1)]).is_none());
        cache.learn(OrgId::PLATFORM, 8, &rows(vec![agent(2, vec![])]));
        assert!(cache.find(OrgId::PLATFORM, 8, &[agent_id(1)]).is_none(), "what another epoch knew is gone");
        cache.forget([OrgId::PLATFORM]);
        assert!(cache.find(OrgId::PLATFORM, 8, &[agent_id(2)]).is_none());
    }

    #[test]
    fn an_agent_comes_with_all_it_descends_from() {
        let cache = PolicyCache::default();
        cache.learn(OrgId::PLATFORM, 1, &rows(vec![agent(1, vec![]), agent(2, vec![agent_id(1)])]));
        let found = cache.find(OrgId::PLATFORM, 1, &[agent_id(2)]).unwrap();
        assert_eq!(found.agents.len(), 2);
        cache.learn(OrgId::PLATFORM, 1, &rows(vec![agent(3, vec![agent_id(9)])]));
        assert!(cache.find(OrgId::PLATFORM, 1, &[agent_id(3)]).is_none(), "its ancestor is not known");
    }
}
