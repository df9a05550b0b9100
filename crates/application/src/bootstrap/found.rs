//! What every new organization begins with, whoever makes it: its owner, a team called Default, Yupi, and play money.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    AgentId, CommandId, Mode, NanoUsd, OrgId, TeamId, Timestamp, UserId,
    agent::{Agent, AgentKind, AgentStatus, Character},
    audit::{NewEvent, Object},
    identity::{Actor, Membership, Name, OrgRole, Organization},
    ports::{Ids, Tx},
    team::Team,
    time::{Calendar, Zone},
};

use super::{
    BootstrapError,
    grant::{self, Grant},
    write::defect,
};

/// Play money in every new organization's test wallet: $100.
const TEST_MONEY: NanoUsd = NanoUsd::cents(10_000);

/// The rows to be, with their ids minted before the transaction begins.
pub(crate) struct Founding {
    pub(crate) org: OrgId,
    pub(crate) name: Name,
    pub(crate) zone: Zone,
    pub(crate) team: TeamId,
    pub(crate) yupi: AgentId,
    play_money: CommandId,
    /// Who makes it.
    pub(crate) actor: Actor,
    /// The id of the HTTP request.
    pub(crate) trace: Option<Arc<str>>,
}

impl Founding {
    pub(crate) fn mint(name: Name, zone: Zone, actor: Actor, trace: Option<Arc<str>>, ids: &dyn Ids) -> Self {
        Self {
            org: OrgId::new(ids.uuid()),
            name,
            zone,
            team: TeamId::new(ids.uuid()),
            yupi: AgentId::new(ids.uuid()),
            play_money: CommandId::new(ids.uuid()),
            actor,
            trace,
        }
    }

    /// Organization, owner, team and Yupi, each with its event.
    pub(crate) async fn write(&self, tx: &mut dyn Tx, owner: UserId) -> Result<(), BootstrapError> {
        let now = tx.now();
        self.organization(tx, now).await?;
        self.membership(tx, owner).await?;
        self.team(tx, now).await?;
        self.agent(tx, (self.yupi, "Yupi", AgentKind::Yupi), owner).await
    }

    /// The play money. Nothing else is given: live money comes by paying.
    pub(crate) async fn give_play_money(&self, tx: &mut dyn Tx) -> Result<(), BootstrapError> {
        let grant = Grant { id: self.play_money, mode: Mode::Test, amount: TEST_MONEY };
        grant::give(tx, self, grant).await
    }

    async fn organization(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), BootstrapError> {
        let calendar = Calendar { zone: self.zone, next: None };
        let organization = Organization { id: self.org, name: self.name.clone(), calendar, created_at: now };
        tx.organizations().insert(&organization).await?;
        let detail = json!({ "zone": self.zone.name() });
        self.append(tx, self.event("organization.created", "organization", &self.org, detail)).await
    }

    async fn membership(&self, tx: &mut dyn Tx, user: UserId) -> Result<(), BootstrapError> {
        let membership = Membership { org: self.org, user, role: OrgRole::Owner };
        tx.memberships().insert(&membership).await?;
        let detail = json!({ "role": membership.role.as_str() });
        self.append(tx, self.event("membership.created", "user", &user, detail)).await
    }

    async fn team(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), BootstrapError> {
        let (id, org) = (self.team, self.org);
        let team = Team { id, org, name: name("Default")?, has_pool: false, month_cap: None, created_at: now };
        tx.teams().insert(&team).await?;
        self.append(tx, self.event("team.created", "team", &id, json!({ "has_pool": false }))).await
    }

    /// An agent of the new team.
    pub(super) async fn agent(
        &self,
        tx: &mut dyn Tx,
        (id, label, kind): (AgentId, &str, AgentKind),
        owner: UserId,
    ) -> Result<(), BootstrapError> {
        let agent = Agent {
            id,
            org: self.org,
            team: Some(self.team),
            owner,
            name: name(label)?,
            description: None,
            icon: None,
            category: None,
            default_model_id: None,
            system_prompt: None,
            character: Character::default(),
            kind,
            status: AgentStatus::Active,
            month_cap: None,
            ancestors: Vec::new(),
            origin: None,
            created_at: tx.now(),
        };
        tx.agents().insert(&agent).await?;
        let detail =
            json!({ "kind": kind.as_str(), "name": label, "team": self.team, "owner": owner, "month_cap": null });
        self.append(tx, NewEvent { agent: Some(id), ..self.event("agent.created", "agent", &id, detail) }).await
    }

    /// An event in the name of whoever makes the organization.
    pub(super) fn event(&self, kind: &'static str, object: &'static str, id: &dyn ToString, detail: Value) -> NewEvent {
        let object = Object { kind: object, id: id.to_string() };
        let (actor, trace) = (self.actor, self.trace.clone());
        NewEvent { kind, actor, agent: None, operation: None, object, detail, trace }
    }

    /// Appends to the new organization's chain.
    pub(super) async fn append(&self, tx: &mut dyn Tx, event: NewEvent) -> Result<(), BootstrapError> {
        tx.append(self.org, event).await?;
        Ok(())
    }
}

fn name(label: &str) -> Result<Name, BootstrapError> {
    label.parse().map_err(defect)
}
