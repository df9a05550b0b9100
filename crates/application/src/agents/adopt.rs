//! A new agent after a listing of the marketplace: what its publisher gave away, and nothing of what it cost them.

use serde_json::json;
use upivia_domain::{
    AgentId, Mode, PublicationId, TeamId,
    agent::{Agent, AgentKind, AgentStatus, Character},
    audit::Object,
    identity::{Name, Permission},
    ports::{Tx, transact},
    publishing::Publication,
};

use super::{AgentError, Agents, CreatedAgent, create, keys, permitted};
use crate::access::{Author, Entry};

/// How the clone differs from its listing.
#[derive(Debug, Clone, Default)]
pub struct Adoption {
    /// Its name; absent: the one that is listed.
    pub name: Option<Name>,
    /// Its team; absent: as for any new agent.
    pub team: Option<TeamId>,
}

/// What is to be written, with ids and secrets minted before the transaction begins.
struct Plan {
    author: Author,
    id: AgentId,
    listing: Publication,
    adoption: Adoption,
    keys: [keys::NewKey; 2],
}

impl Agents {
    /// Creates an agent of the author after a listing, in the author's organization: without bindings, money or cap.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was written.
    pub async fn adopt(
        &self,
        author: Author,
        listing: PublicationId,
        adoption: Adoption,
    ) -> Result<CreatedAgent, AgentError> {
        let listing = self.parts.publishing.listing(listing).await?.ok_or(AgentError::NotFound("listing"))?;
        let team = match adoption.team {
            Some(team) => Some(team),
            None => self.default_team(&author).await?,
        };
        let (id, keys) = (AgentId::new(self.parts.ids.uuid()), [self.mint(Mode::Live), self.mint(Mode::Test)]);
        let org = author.org();
        let plan = Plan { author, id, listing, adoption: Adoption { team, ..adoption }, keys };
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(plan.write(tx))).await
    }
}

impl Plan {
    async fn write(self, tx: &mut dyn Tx) -> Result<CreatedAgent, AgentError> {
        permitted(tx, &self.author, Permission::AgentCreateOwn).await?;
        if let Some(team) = self.adoption.team {
            tx.teams().find(self.author.org(), team).await?.ok_or(AgentError::NotFound("team"))?;
        }
        let agent = self.row(tx)?;
        let recorder = self.author.recorder();
        create::insert(tx, &recorder, &agent, None).await?;
        for key in &self.keys {
            keys::store(tx, &recorder, agent.id, key).await?;
        }
        let object = Object { kind: "listing", id: self.listing.id.to_string() };
        let detail = json!({ "agent": agent.id, "publisher": self.listing.org });
        let entry = Entry { kind: "listing.cloned", object, agent: Some(agent.id), operation: None, detail };
        self.author.record(tx, entry).await?;
        Ok(CreatedAgent { agent, bindings: Vec::new(), keys: keys::in_clear(self.keys) })
    }

    fn row(&self, tx: &dyn Tx) -> Result<Agent, AgentError> {
        let manifest = &self.listing.manifest;
        let template = manifest.agent().ok_or(AgentError::NotFound("listing of an agent"))?;
        Ok(Agent {
            id: self.id,
            org: self.author.org(),
            team: self.adoption.team,
            owner: self.author.caller.user,
            name: self.adoption.name.clone().unwrap_or_else(|| manifest.name.clone()),
            description: manifest.description.clone(),
            icon: manifest.icon.clone(),
            category: manifest.category.clone(),
            default_model_id: template.default_model_id.clone(),
            system_prompt: template.system_prompt.clone(),
            character: Character { personality: template.personality.clone(), ..Character::default() },
            kind: AgentKind::Standard,
            status: AgentStatus::Active,
            month_cap: None,
            ancestors: Vec::new(),
            origin: None,
            created_at: tx.now(),
        })
    }
}
