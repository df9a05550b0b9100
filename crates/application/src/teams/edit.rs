//! A new team, and a team that is named, capped or funded otherwise.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd, TeamId,
    audit::Object,
    identity::{Name, Permission},
    ports::{Tx, transact},
    team::Team,
};

use super::{TeamChange, TeamError, Teams};
use crate::access::{Author, Entry};

impl Teams {
    /// Makes a team. Its agents spend from the wallet until it gets a pool.
    ///
    /// # Errors
    ///
    /// See [`TeamError`]; nothing was written.
    pub async fn create(&self, author: Author, name: Name, month_cap: Option<NanoUsd>) -> Result<Team, TeamError> {
        let (id, org) = (TeamId::new(self.parts.ids.uuid()), author.org());
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(create(tx, author, id, name, month_cap))).await
    }

    /// Changes a team. A cap holds from the next request on; usage so far stays as it is.
    ///
    /// # Errors
    ///
    /// See [`TeamError`]; nothing was changed.
    pub async fn update(&self, author: Author, id: TeamId, change: TeamChange) -> Result<Team, TeamError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(update(tx, author, id, change))).await
    }
}

async fn create(
    tx: &mut dyn Tx,
    author: Author,
    id: TeamId,
    name: Name,
    month_cap: Option<NanoUsd>,
) -> Result<Team, TeamError> {
    permitted(tx, &author, Permission::TeamCreate).await?;
    if month_cap.is_some() {
        permitted(tx, &author, Permission::TeamCapAny).await?;
    }
    let team = Team { id, org: author.org(), name, has_pool: false, month_cap, created_at: tx.now() };
    tx.teams().insert(&team).await?;
    author.record(tx, entry("team.created", id, figures(&team))).await?;
    Ok(team)
}

async fn update(tx: &mut dyn Tx, author: Author, id: TeamId, change: TeamChange) -> Result<Team, TeamError> {
    permitted(tx, &author, Permission::TeamManageAny).await?;
    if change.month_cap.is_some() {
        permitted(tx, &author, Permission::TeamCapAny).await?;
    }
    if change.has_pool.is_some() {
        permitted(tx, &author, Permission::TeamPoolAny).await?;
    }
    let before = tx.teams().find(author.org(), id).await?.ok_or(TeamError::NotFound("team"))?;
    let team = Team {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        month_cap: change.month_cap.unwrap_or(before.month_cap),
        has_pool: change.has_pool.unwrap_or(before.has_pool),
        ..before.clone()
    };
    tx.teams().update(&team).await?;
    let detail = json!({ "old": figures(&before), "new": figures(&team) });
    author.record(tx, entry("team.updated", id, detail)).await?;
    Ok(team)
}

async fn permitted(tx: &mut dyn Tx, author: &Author, permission: Permission) -> Result<(), TeamError> {
    author.require(tx, permission, TeamError::Forbidden).await
}

pub(crate) fn entry(kind: &'static str, team: TeamId, detail: Value) -> Entry {
    Entry { kind, object: Object { kind: "team", id: team.to_string() }, agent: None, operation: None, detail }
}

fn figures(team: &Team) -> Value {
    json!({
        "name": team.name.as_str(),
        "has_pool": team.has_pool,
        "month_cap": team.month_cap.map(NanoUsd::nanos),
    })
}
