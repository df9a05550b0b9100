//! `agents`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, OrgId, UserId,
    agent::{Agent, AgentStatus},
    ports::{AgentRepository, StoreError},
};

use super::{super::nodes, OpenTx, constraint, found};
use crate::{
    queries::in_row,
    rows::{AgentRow, parse},
    schema::agents,
};

#[async_trait]
impl AgentRepository for OpenTx<'_> {
    async fn insert(&mut self, agent: &Agent) -> Result<(), StoreError> {
        self.require_own_team(agent).await?;
        let conn = self.changing(agent.org)?;
        let inserted = diesel::insert_into(agents::table).values(AgentRow::from(agent)).execute(conn).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, agent: &Agent) -> Result<(), StoreError> {
        self.require_own_team(agent).await?;
        let row = AgentRow::from(agent);
        let target = agents::table.filter(agents::id.eq(row.id)).filter(agents::org_id.eq(row.org_id));
        let values = (
            agents::team_id.eq(row.team_id),
            agents::owner_id.eq(row.owner_id),
            agents::name.eq(row.name),
            agents::description.eq(row.description),
            agents::icon.eq(row.icon),
            agents::category.eq(row.category),
            agents::default_model_id.eq(row.default_model_id),
            agents::system_prompt.eq(row.system_prompt),
            agents::kind.eq(row.kind),
            agents::status.eq(row.status),
            agents::month_cap.eq(row.month_cap),
            agents::ancestors.eq(row.ancestors),
            agents::personality.eq(row.personality),
            agents::voice_config.eq(row.voice_config),
            agents::memory_mode.eq(row.memory_mode),
            agents::origin.eq(row.origin),
        );
        let updated = diesel::update(target).set(values).execute(self.changing(agent.org)?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("agents: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError> {
        let query = agents::table
            .filter(agents::id.eq(id.to_string()))
            .filter(agents::org_id.eq(org.to_string()))
            .select(AgentRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Agent::try_from(row))).transpose()
    }

    async fn descendants(&mut self, org: OrgId, id: AgentId) -> Result<Vec<Agent>, StoreError> {
        // What the pattern lets pass is compared whole below: an underscore stands for any letter in it.
        let query = agents::table
            .filter(agents::org_id.eq(org.to_string()))
            .filter(agents::status.ne(AgentStatus::Deleted.as_str()))
            .filter(agents::ancestors.like(format!("%{id}%")))
            .order(agents::id)
            .select(AgentRow::as_select());
        let rows = query.load(self.conn()?).await;
        let rows: Vec<AgentRow> = self.note(rows)?;
        let agents = rows.into_iter().map(|row| in_row(row.id.clone(), Agent::try_from(row)));
        let agents = agents.collect::<Result<Vec<Agent>, StoreError>>();
        Ok(self.remember(agents)?.into_iter().filter(|agent| agent.ancestors.contains(&id)).collect())
    }

    async fn living_children(&mut self, org: OrgId, id: AgentId) -> Result<usize, StoreError> {
        let gone = [AgentStatus::Ending.as_str(), AgentStatus::Deleted.as_str()];
        // Few of the rows that the pattern lets pass are no children: an underscore stands for any letter in it.
        let query = agents::table
            .filter(agents::org_id.eq(org.to_string()))
            .filter(agents::status.ne_all(gone))
            .filter(agents::ancestors.like(format!("%{id}")))
            .select(agents::ancestors);
        let rows = query.load::<String>(self.conn()?).await;
        let id = id.to_string();
        Ok(self.note(rows)?.iter().filter(|ancestors| ancestors.split(' ').next_back() == Some(&*id)).count())
    }

    async fn has_open_requests(&mut self, org: OrgId, id: AgentId) -> Result<bool, StoreError> {
        let found = nodes::unfinished::has_of_agent(self.conn()?, org, id).await;
        self.remember(found)
    }

    async fn hand_over(&mut self, org: OrgId, from: UserId, to: UserId) -> Result<Vec<AgentId>, StoreError> {
        let theirs = || {
            agents::table
                .filter(agents::org_id.eq(org.to_string()))
                .filter(agents::owner_id.eq(from.to_string()))
                .filter(agents::status.ne(AgentStatus::Deleted.as_str()))
        };
        let ids = theirs().order(agents::id).select(agents::id).load::<String>(self.changing(org)?).await;
        let ids = self.note(ids)?;
        let given = agents::owner_id.eq(to.to_string());
        let updated = diesel::update(theirs()).set(given).execute(self.conn()?).await;
        self.note(updated)?;
        ids.iter().map(|id| parse("agents", "id", id)).collect()
    }
}

impl OpenTx<'_> {
    /// A row may refer to an agent of its own organization only.
    pub(super) async fn require_agent(&mut self, org: OrgId, id: AgentId) -> Result<(), StoreError> {
        let query = agents::table.filter(agents::id.eq(id.to_string())).filter(agents::org_id.eq(org.to_string()));
        let row = query.select(agents::id).first::<String>(self.conn()?).await;
        match self.note(found(row))? {
            true => Ok(()),
            false => self.remember(Err(constraint("agents: the organization has no such agent"))),
        }
    }

    async fn require_own_team(&mut self, agent: &Agent) -> Result<(), StoreError> {
        match agent.team {
            Some(team) => self.require_team(agent.org, team).await,
            None => Ok(()),
        }
    }
}
