//! The first round of a batch: the rows that its commands name.

use std::{collections::BTreeMap, sync::Arc};

use upivia_domain::{
    AgentId, Mode, OrgId, RequestId,
    dispatch::IdempotencyKey,
    ledger::{Command, Reads},
};

/// What to read, by organization, in the order of ids.
#[derive(Debug, Default)]
pub(crate) struct Wanted(BTreeMap<OrgId, Reads>);

impl Wanted {
    /// What those commands name.
    pub(crate) fn of(commands: &[Arc<Command>], again: bool) -> Self {
        let mut wanted = Self::default();
        for command in commands {
            command.reads(wanted.0.entry(command.org()).or_default(), again);
        }
        wanted
    }

    /// Those requests alone.
    pub(crate) fn of_requests(requests: impl IntoIterator<Item = (OrgId, RequestId)>) -> Self {
        let mut wanted = Self::default();
        for (org, id) in requests {
            wanted.0.entry(org).or_default().requests.push(id);
        }
        wanted
    }

    /// Those agents alone.
    pub(crate) fn of_agents(agents: impl IntoIterator<Item = (OrgId, Vec<AgentId>)>) -> Self {
        let reads = |(org, agents)| (org, Reads { agents, ..Reads::default() });
        Self(agents.into_iter().map(reads).collect())
    }

    /// Takes those requests out of the question.
    pub(crate) fn take_requests(&mut self, which: impl Fn(OrgId, RequestId) -> bool) -> Vec<(OrgId, RequestId)> {
        let mut taken = Vec::new();
        for (org, reads) in &mut self.0 {
            reads.requests.retain(|id| {
                let take = which(*org, *id);
                if take {
                    taken.push((*org, *id));
                }
                !take
            });
        }
        taken
    }

    /// Every organization, in the order in which they are locked.
    pub(crate) fn orgs(&self) -> impl Iterator<Item = OrgId> {
        self.0.keys().copied()
    }

    /// The reads of each organization.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (OrgId, &Reads)> {
        self.0.iter().map(|(org, reads)| (*org, reads))
    }

    /// Requests by id.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (OrgId, RequestId)> {
        self.iter().flat_map(|(org, reads)| reads.requests.iter().map(move |id| (org, *id)))
    }

    /// Requests by idempotency key.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (OrgId, &(AgentId, Mode, IdempotencyKey))> {
        self.iter().flat_map(|(org, reads)| reads.keys.iter().map(move |key| (org, key)))
    }
}
