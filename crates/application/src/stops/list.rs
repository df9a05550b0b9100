//! What is stopped, with names that people know.

use upivia_domain::{
    OrgId,
    identity::{Email, OrganizationStatus, Standing},
    policy::{Stop, StopScope},
    ports::StoreError,
};

use super::{StopError, Stops};

/// A stop in force, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halted {
    /// The stop.
    pub stop: Stop,
    /// What the team or agent is called; absent for the organization, and for an agent that was deleted since.
    pub name: Option<String>,
    /// The address of who stopped it.
    pub email: Option<Email>,
}

/// All that keeps agents of an organization from spending, apart from limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedThings {
    /// Whether the organization may spend at all.
    pub status: OrganizationStatus,
    /// Who changed that last, and why.
    pub standing: Option<Standing>,
    /// The stops, the widest first.
    pub stops: Vec<Halted>,
}

impl Stops {
    /// What is stopped in an organization, by whom and why.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, org: OrgId) -> Result<StoppedThings, StopError> {
        let head = self.parts.ledger.head(org).await?.ok_or(StopError::NotFound("organization"))?;
        let standing = self.parts.standings.standing(org).await?;
        let mut stops = Vec::new();
        for stop in self.parts.stops.stops(org).await? {
            stops.push(self.shown(stop).await?);
        }
        Ok(StoppedThings { status: head.status, standing, stops })
    }

    /// A stop with the names that belong to it.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn shown(&self, stop: Stop) -> Result<Halted, StopError> {
        let name = self.name(stop.org, stop.scope).await?;
        let email = self.parts.people.user(stop.stopped_by).await?.map(|user| user.email);
        Ok(Halted { stop, name, email })
    }

    async fn name(&self, org: OrgId, scope: StopScope) -> Result<Option<String>, StoreError> {
        Ok(match scope {
            StopScope::Organization => None,
            StopScope::Team(id) => {
                let teams = self.parts.agents.teams(org).await?;
                teams.into_iter().find(|team| team.id == id).map(|team| team.name.to_string())
            }
            StopScope::AgentTree(id) => self.parts.agents.agent(org, id).await?.map(|agent| agent.name.to_string()),
        })
    }
}
