//! The manifest of a published thing, as JSON in a cell.

use serde::{Deserialize, Serialize};
use upivia_domain::{
    catalog::OperationName,
    ports::StoreError,
    publishing::{AgentTemplate, Content, Manifest},
};

use super::text::parse;
use crate::error::unreadable;

const COLUMN: &str = "manifest";

/// The JSON. A member that is not there any more is overlooked, one that is new has a default: rows outlive the program.
#[derive(Serialize, Deserialize)]
struct ManifestJson {
    name: String,
    description: Option<String>,
    icon: Option<String>,
    category: Option<String>,
    agent: AgentJson,
}

#[derive(Serialize, Deserialize)]
struct AgentJson {
    default_model_id: Option<String>,
    system_prompt: Option<String>,
    personality: Option<String>,
    operations: Vec<String>,
}

/// As the cell of that table holds it.
pub(super) fn write(table: &'static str, manifest: &Manifest) -> Result<String, StoreError> {
    let Content::Agent(agent) = &manifest.content;
    let json = ManifestJson {
        name: manifest.name.to_string(),
        description: manifest.description.clone(),
        icon: manifest.icon.clone(),
        category: manifest.category.clone(),
        agent: AgentJson {
            default_model_id: agent.default_model_id.clone(),
            system_prompt: agent.system_prompt.clone(),
            personality: agent.personality.clone(),
            operations: agent.operations.iter().map(OperationName::to_string).collect(),
        },
    };
    serde_json::to_string(&json).map_err(|why| unreadable(table, COLUMN, why))
}

/// Back from the cell.
pub(super) fn read(table: &'static str, text: &str) -> Result<Manifest, StoreError> {
    let json: ManifestJson = serde_json::from_str(text).map_err(|why| unreadable(table, COLUMN, why))?;
    let operations: Result<_, StoreError> =
        json.agent.operations.iter().map(|name| parse(table, COLUMN, name)).collect();
    Ok(Manifest {
        name: parse(table, COLUMN, &json.name)?,
        description: json.description,
        icon: json.icon,
        category: json.category,
        content: Content::Agent(AgentTemplate {
            default_model_id: json.agent.default_model_id,
            system_prompt: json.agent.system_prompt,
            personality: json.agent.personality,
            operations: operations?,
        }),
    })
}
