//! `agents`.

use diesel::prelude::*;
use serde_json::Value;
use upivia_domain::{
    AgentId, NanoUsd, Timestamp,
    agent::{Agent, Character, MemoryMode, Origin},
    ports::StoreError,
};

use super::text::{parse, parse_opt};
use crate::{error::unreadable, schema::agents};

const TABLE: &str = "agents";

/// A row of `agents`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agents, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct AgentRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) team_id: Option<String>,
    pub(crate) owner_id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) icon: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) default_model_id: Option<String>,
    pub(crate) system_prompt: Option<String>,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) month_cap: Option<i64>,
    pub(crate) ancestors: String,
    pub(crate) created_at: i64,
    pub(crate) personality: Option<String>,
    /// A JSON object.
    pub(crate) voice_config: Option<String>,
    pub(crate) memory_mode: Option<String>,
    pub(crate) origin: Option<String>,
}

impl AgentRow {
    /// Whom the agent descends from, the oldest first.
    pub(crate) fn ancestor_ids(&self) -> Result<Vec<AgentId>, StoreError> {
        self.ancestors.split(' ').filter(|id| !id.is_empty()).map(|id| parse(TABLE, "ancestors", id)).collect()
    }
}

impl From<&Agent> for AgentRow {
    fn from(agent: &Agent) -> Self {
        Self {
            id: agent.id.to_string(),
            org_id: agent.org.to_string(),
            team_id: agent.team.map(|team| team.to_string()),
            owner_id: agent.owner.to_string(),
            name: agent.name.to_string(),
            description: agent.description.clone(),
            icon: agent.icon.clone(),
            category: agent.category.clone(),
            default_model_id: agent.default_model_id.clone(),
            system_prompt: agent.system_prompt.clone(),
            kind: agent.kind.as_str().to_owned(),
            status: agent.status.as_str().to_owned(),
            month_cap: agent.month_cap.map(NanoUsd::nanos),
            ancestors: agent.ancestors.iter().map(AgentId::to_string).collect::<Vec<_>>().join(" "),
            created_at: agent.created_at.micros(),
            personality: agent.character.personality.clone(),
            voice_config: agent.character.voice_config.clone().map(|config| Value::Object(config).to_string()),
            memory_mode: agent.character.memory_mode.as_ref().map(MemoryMode::to_string),
            origin: agent.origin.as_ref().map(Origin::to_string),
        }
    }
}

impl TryFrom<AgentRow> for Agent {
    type Error = StoreError;
    fn try_from(row: AgentRow) -> Result<Self, StoreError> {
        let character = character(&row)?;
        Ok(Self {
            character,
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            team: parse_opt(TABLE, "team_id", row.team_id.as_deref())?,
            owner: parse(TABLE, "owner_id", &row.owner_id)?,
            name: parse(TABLE, "name", &row.name)?,
            kind: parse(TABLE, "kind", &row.kind)?,
            status: parse(TABLE, "status", &row.status)?,
            month_cap: row.month_cap.map(NanoUsd::from_nanos),
            ancestors: row.ancestor_ids()?,
            origin: parse_opt(TABLE, "origin", row.origin.as_deref())?,
            created_at: Timestamp::from_micros(row.created_at),
            description: row.description,
            icon: row.icon,
            category: row.category,
            default_model_id: row.default_model_id,
            system_prompt: row.system_prompt,
        })
    }
}

fn character(row: &AgentRow) -> Result<Character, StoreError> {
    let object = |text: &str| serde_json::from_str(text).map_err(|why| unreadable(TABLE, "voice_config", why));
    Ok(Character {
        personality: row.personality.clone(),
        voice_config: row.voice_config.as_deref().map(object).transpose()?,
        memory_mode: parse_opt(TABLE, "memory_mode", row.memory_mode.as_deref())?,
    })
}
