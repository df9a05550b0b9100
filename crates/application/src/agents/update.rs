//! What a person changes about an agent: its profile, and whether it may dispatch. All of it or nothing.

use serde_json::{Map, Value, json};
use upivia_domain::{
    AgentId,
    agent::{Agent, AgentStatus, Character, MemoryMode},
    audit::{Object, text_digest},
    identity::{Name, Permission},
    ports::{Tx, transact},
};

use super::{
    AgentError, Agents, living,
    text::{character, checked},
};
use crate::access::{Author, Entry};

/// What is to become of a member that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Edit<T> {
    /// Nothing.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It becomes this.
    Set(T),
}

/// What is to be changed. The default changes nothing.
#[derive(Debug, Clone, Default)]
pub struct AgentPatch {
    /// Its name.
    pub name: Option<Name>,
    /// Whether it may dispatch; one that a person may choose.
    pub status: Option<AgentStatus>,
    /// For people.
    pub description: Edit<String>,
    /// For people.
    pub icon: Edit<String>,
    /// For people.
    pub category: Edit<String>,
    /// The model that it talks with unless told otherwise.
    pub default_model_id: Edit<String>,
    /// What it is told before every conversation.
    pub system_prompt: Edit<String>,
    /// Tone and manners.
    pub personality: Edit<String>,
    /// Settings of its voice.
    pub voice_config: Edit<Map<String, Value>>,
    /// How it remembers.
    pub memory_mode: Edit<MemoryMode>,
}

impl Agents {
    /// Changes an agent. A new status holds from the next request on, on every node.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn update(&self, author: Author, id: AgentId, patch: AgentPatch) -> Result<Agent, AgentError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(update(tx, author, id, patch))).await
    }

    /// Pauses an agent, or lets it go on: all that somebody may do who keeps watch and may change nothing else. One that was
    /// disabled stays so.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn set_paused(&self, author: Author, id: AgentId, paused: bool) -> Result<Agent, AgentError> {
        let (org, status) = (author.org(), if paused { AgentStatus::Paused } else { AgentStatus::Active });
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(set_paused(tx, author, id, status))).await
    }
}

async fn update(tx: &mut dyn Tx, author: Author, id: AgentId, patch: AgentPatch) -> Result<Agent, AgentError> {
    let before = living(tx, &author, id, Permission::AgentManageAny).await?;
    let after = patch.applied_to(&before)?;
    write(tx, author, before, after).await
}

async fn set_paused(tx: &mut dyn Tx, author: Author, id: AgentId, status: AgentStatus) -> Result<Agent, AgentError> {
    let before = living(tx, &author, id, Permission::AgentPauseAny).await?;
    if before.status == AgentStatus::Disabled {
        return Err(AgentError::invalid("status", "is disabled: only a change of the agent ends that"));
    }
    let after = Agent { status, ..before.clone() };
    write(tx, author, before, after).await
}

async fn write(tx: &mut dyn Tx, author: Author, before: Agent, after: Agent) -> Result<Agent, AgentError> {
    let id = before.id;
    if after == before {
        return Ok(after);
    }
    tx.agents().update(&after).await?;
    let object = Object { kind: "agent", id: id.to_string() };
    let detail = difference(&before, &after);
    author.record(tx, Entry { kind: "agent.updated", object, agent: Some(id), operation: None, detail }).await?;
    Ok(after)
}

impl<T: Clone> Edit<T> {
    fn of(self, old: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => old.cloned(),
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}

impl AgentPatch {
    fn applied_to(self, old: &Agent) -> Result<Agent, AgentError> {
        let status = self.status.unwrap_or(old.status);
        may_become(old, status)?;
        let text = |name, edit: Edit<String>, old: &Option<String>, most| checked(name, edit.of(old.as_ref()), most);
        Ok(Agent {
            name: self.name.unwrap_or_else(|| old.name.clone()),
            status,
            description: text("description", self.description, &old.description, 2_000)?,
            icon: text("icon", self.icon, &old.icon, 200)?,
            category: text("category", self.category, &old.category, 100)?,
            default_model_id: text("default_model_id", self.default_model_id, &old.default_model_id, 200)?,
            system_prompt: text("system_prompt", self.system_prompt, &old.system_prompt, 50_000)?,
            character: character(Character {
                personality: self.personality.of(old.character.personality.as_ref()),
                voice_config: self.voice_config.of(old.character.voice_config.as_ref()),
                memory_mode: self.memory_mode.of(old.character.memory_mode.as_ref()),
            })?,
            ..old.clone()
        })
    }
}

fn may_become(old: &Agent, status: AgentStatus) -> Result<(), AgentError> {
    if !status.is_living() {
        return Err(AgentError::invalid("status", "must be active, paused or disabled"));
    }
    let forbidden = old.kind.never_disabled().filter(|_| status == AgentStatus::Disabled);
    forbidden.map_or(Ok(()), |why| Err(AgentError::Protected(why)))
}

/// What the journal says of a change: only what differs, and of long texts only that they do.
fn difference(before: &Agent, after: &Agent) -> Value {
    let (mut old, mut new) = (Map::new(), Map::new());
    for ((name, was), (_, is)) in shown(before).into_iter().zip(shown(after)) {
        if was != is {
            old.insert(name.to_owned(), was);
            new.insert(name.to_owned(), is);
        }
    }
    json!({ "old": old, "new": new })
}

fn shown(agent: &Agent) -> [(&'static str, Value); 10] {
    let digest = |text: Option<String>| json!(text.map(|text| format!("sha256:{}", text_digest(&text))));
    let Character { personality, voice_config, memory_mode } = &agent.character;
    [
        ("name", json!(agent.name.as_str())),
        ("status", json!(agent.status.as_str())),
        ("description", digest(agent.description.clone())),
        ("icon", json!(agent.icon)),
        ("category", json!(agent.category)),
        ("default_model_id", json!(agent.default_model_id)),
        ("system_prompt", digest(agent.system_prompt.clone())),
        ("personality", digest(personality.clone())),
        ("voice_config", digest(voice_config.as_ref().map(|config| json!(config).to_string()))),
        ("memory_mode", json!(memory_mode.as_ref().map(MemoryMode::as_str))),
    ]
}
