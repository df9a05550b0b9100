//! What others get to see of a published thing. There is no member for money, keys, limits or owners, so none can leak.

use crate::{agent::Agent, catalog::OperationName, identity::Name};

/// A thing as it was when somebody asked to publish it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its name.
    pub name: Name,
    /// For people.
    pub description: Option<String>,
    /// For people.
    pub icon: Option<String>,
    /// For people.
    pub category: Option<String>,
    /// What it is made of.
    pub content: Content,
}

/// By kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Of an agent.
    Agent(AgentTemplate),
}

/// What a clone of an agent begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTemplate {
    /// The model that it talks with unless told otherwise.
    pub default_model_id: Option<String>,
    /// What it is told before every conversation; only where its publisher gave it away.
    pub system_prompt: Option<String>,
    /// Tone and manners; given away with the prompt.
    pub personality: Option<String>,
    /// What it uses. A clone gets none of it: its organization binds what it wants it to use, within its own limits.
    pub operations: Vec<OperationName>,
}

impl Manifest {
    /// Of an agent that uses those operations; `with_prompt` gives its prompt and personality away.
    pub fn of_agent(agent: &Agent, operations: Vec<OperationName>, with_prompt: bool) -> Self {
        let given = |text: &Option<String>| text.clone().filter(|_| with_prompt);
        Self {
            name: agent.name.clone(),
            description: agent.description.clone(),
            icon: agent.icon.clone(),
            category: agent.category.clone(),
            content: Content::Agent(AgentTemplate {
                default_model_id: agent.default_model_id.clone(),
                system_prompt: given(&agent.system_prompt),
                personality: given(&agent.character.personality),
                operations,
            }),
        }
    }

    /// What a clone of the agent begins with.
    pub const fn agent(&self) -> Option<&AgentTemplate> {
        match &self.content {
            Content::Agent(template) => Some(template),
        }
    }
}
