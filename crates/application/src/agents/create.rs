//! A new agent with its bindings and its two keys.

use serde_json::json;
use upivia_domain::{
    AgentId, Mode, NanoUsd, TeamId,
    agent::{Agent, AgentKind, AgentStatus, Character},
    audit::Object,
    binding::{Binding, BindingTerms},
    catalog::OperationName,
    identity::{Name, Permission},
    ports::{StoreError, Tx, transact},
};

use super::{
    AgentError, AgentKeys, Agents, Selection, bind, keys, permitted,
    text::{character, checked},
};
use crate::access::{Author, Entry, Recorder};

/// The team that an agent joins unless another one is named.
const DEFAULT_TEAM: &str = "Default";

/// What a person says about the agent to be.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// Its name.
    pub name: Name,
    /// For people.
    pub description: Option<String>,
    /// For people.
    pub icon: Option<String>,
    /// For people.
    pub category: Option<String>,
    /// Its team; absent = the team called Default.
    pub team: Option<TeamId>,
    /// The model that it talks with unless told otherwise.
    pub default_model_id: Option<String>,
    /// What it is told before every conversation.
    pub system_prompt: Option<String>,
    /// How it speaks and what it remembers.
    pub character: Character,
    /// What it may spend in a month.
    pub month_cap: Option<NanoUsd>,
    /// What it may use from the start.
    pub bindings: Vec<NewBinding>,
}

/// A binding that a new agent gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBinding {
    /// Of what.
    pub what: Selection,
    /// How much and how often.
    pub terms: BindingTerms,
}

/// A new agent. Its keys are here and nowhere else.
#[derive(Debug, Clone)]
pub struct CreatedAgent {
    /// The agent.
    pub agent: Agent,
    /// What it may use.
    pub bindings: Vec<Binding>,
    /// Its keys in clear.
    pub keys: AgentKeys,
}

/// What is to be written, with ids and secrets minted before the transaction begins.
struct Plan {
    author: Author,
    id: AgentId,
    new: NewAgent,
    team: Option<TeamId>,
    bindings: Vec<(Vec<OperationName>, BindingTerms)>,
    keys: [keys::NewKey; 2],
}

impl Agents {
    /// Creates an agent that belongs to the author.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was written.
    pub async fn create(&self, author: Author, new: NewAgent) -> Result<CreatedAgent, AgentError> {
        let new = bounded(new)?;
        let resolve = |one: &NewBinding| Ok((bind::selected(&self.parts.catalog, &one.what)?, one.terms));
        let bindings = new.bindings.iter().map(resolve).collect::<Result<_, AgentError>>()?;
        let team = match new.team {
            Some(team) => Some(team),
            None => self.default_team(&author).await?,
        };
        let (id, keys) = (AgentId::new(self.parts.ids.uuid()), [self.mint(Mode::Live), self.mint(Mode::Test)]);
        let org = author.org();
        let plan = Plan { author, id, new, team, bindings, keys };
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(plan.write(tx))).await
    }

    /// By its name; where it was renamed, the oldest team.
    pub(super) async fn default_team(&self, author: &Author) -> Result<Option<TeamId>, AgentError> {
        let teams = self.parts.queries.teams(author.org()).await?;
        let called_so = teams.iter().find(|team| team.name.as_str() == DEFAULT_TEAM);
        Ok(called_so.or(teams.first()).map(|team| team.id))
    }
}

impl Plan {
    async fn write(self, tx: &mut dyn Tx) -> Result<CreatedAgent, AgentError> {
        permitted(tx, &self.author, Permission::AgentCreateOwn).await?;
        if !self.bindings.is_empty() {
            permitted(tx, &self.author, Permission::ServiceToggle).await?;
        }
        let agent = self.agent(tx).await?;
        let recorder = self.author.recorder();
        let mut bindings = Vec::new();
        for (operations, terms) in self.bindings {
            bindings.extend(bind::put(tx, &recorder, self.id, operations, terms).await?);
        }
        for key in &self.keys {
            keys::store(tx, &recorder, self.id, key).await?;
        }
        Ok(CreatedAgent { agent, bindings, keys: keys::in_clear(self.keys) })
    }

    async fn agent(&self, tx: &mut dyn Tx) -> Result<Agent, AgentError> {
        if let Some(team) = self.team {
            tx.teams().find(self.author.org(), team).await?.ok_or(AgentError::NotFound("team"))?;
        }
        let agent = self.row(tx);
        insert(tx, &self.author.recorder(), &agent, None).await?;
        Ok(agent)
    }

    fn row(&self, tx: &dyn Tx) -> Agent {
        let new = self.new.clone();
        Agent {
            id: self.id,
            org: self.author.org(),
            team: self.team,
            owner: self.author.caller.user,
            name: new.name,
            description: new.description,
            icon: new.icon,
            category: new.category,
            default_model_id: new.default_model_id,
            system_prompt: new.system_prompt,
            character: new.character,
            kind: AgentKind::Standard,
            status: AgentStatus::Active,
            month_cap: new.month_cap,
            ancestors: Vec::new(),
            origin: None,
            created_at: tx.now(),
        }
    }
}

/// Writes a new agent, with its event.
pub(super) async fn insert(
    tx: &mut dyn Tx,
    author: &Recorder,
    agent: &Agent,
    clone_of: Option<AgentId>,
) -> Result<(), StoreError> {
    tx.agents().insert(agent).await?;
    let mut detail = json!({
        "kind": agent.kind.as_str(),
        "name": agent.name.as_str(),
        "team": agent.team,
        "owner": agent.owner,
        "month_cap": agent.month_cap.map(NanoUsd::nanos),
    });
    if let (Some(origin), Some(detail)) = (clone_of, detail.as_object_mut()) {
        detail.insert("clone_of".to_owned(), json!(origin));
    }
    let object = Object { kind: "agent", id: agent.id.to_string() };
    author
        .record(tx, Entry { kind: "agent.created", object, agent: Some(agent.id), operation: None, detail })
        .await
        .map(drop)
}

fn bounded(new: NewAgent) -> Result<NewAgent, AgentError> {
    Ok(NewAgent {
        description: checked("description", new.description, 2_000)?,
        icon: checked("icon", new.icon, 200)?,
        category: checked("category", new.category, 100)?,
        default_model_id: checked("default_model_id", new.default_model_id, 200)?,
        system_prompt: checked("system_prompt", new.system_prompt, 50_000)?,
        character: character(new.character)?,
        ..new
    })
}
