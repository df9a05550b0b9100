//! The rows and events of a new organization, in the order in which they refer to each other.

use serde_json::{Value, json};
use upivia_domain::{
    AgentId, OrgId, Timestamp, UserId,
    agent::{Agent, AgentKind, AgentStatus, Character},
    audit::{NewEvent, Object},
    binding::{Binding, BindingTerms},
    catalog::OperationName,
    identity::{Actor, Credential, CredentialKind, CredentialStatus, Membership, Name, OrgRole, Organization, User},
    ports::{StoreError, Tx},
    team::Team,
    time::Calendar,
};

use super::{
    BootstrapError, Bootstrapped, grant,
    plan::{Plan, Token},
};

/// What the first agent may use, without limits: it is for trying things out.
const OPERATIONS: [&str; 4] = ["text_generation.generate", "email.send", "sms.send", "web_search.search"];

impl Plan {
    pub(super) async fn write(self, tx: &mut dyn Tx) -> Result<Bootstrapped, BootstrapError> {
        let now = tx.now();
        let owner = self.owner(tx, now).await?;
        self.platform_admin(tx, owner).await?;
        self.organization(tx, now).await?;
        self.membership(tx, owner).await?;
        self.team(tx, now).await?;
        self.agent(tx, (self.yupi, "Yupi", AgentKind::Yupi), owner, now).await?;
        self.agent(tx, (self.agent, "First agent", AgentKind::Standard), owner, now).await?;
        self.bindings(tx).await?;
        for (token, kind) in self.tokens(owner) {
            credential(tx, self.org, token, kind, now).await?;
        }
        for one in &self.grants {
            grant::give(tx, self.org, *one).await?;
        }
        Ok(self.done(owner))
    }

    async fn owner(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<UserId, BootstrapError> {
        if let Some(user) = tx.users().find_by_email(&self.new.email).await? {
            return Ok(user.id);
        }
        let user = User { id: self.new_user, email: self.new.email.clone(), created_at: now };
        tx.users().insert(&user).await?;
        // The address itself is personal: it stands in the row, never in the chain.
        append(tx, OrgId::PLATFORM, event("user.created", "user", &user.id, json!({}))).await?;
        Ok(user.id)
    }

    async fn platform_admin(&self, tx: &mut dyn Tx, user: UserId) -> Result<(), BootstrapError> {
        if !self.platform_admin || tx.platform_admins().contains(user).await? {
            return Ok(());
        }
        tx.platform_admins().insert(user).await?;
        append(tx, OrgId::PLATFORM, event("platform_admin.created", "user", &user, json!({}))).await
    }

    async fn organization(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), BootstrapError> {
        let calendar = Calendar { zone: self.new.zone, next: None };
        let organization = Organization { id: self.org, name: self.new.name.clone(), calendar, created_at: now };
        tx.organizations().insert(&organization).await?;
        let detail = json!({ "zone": self.new.zone.name() });
        append(tx, self.org, event("organization.created", "organization", &self.org, detail)).await
    }

    async fn membership(&self, tx: &mut dyn Tx, user: UserId) -> Result<(), BootstrapError> {
        let membership = Membership { org: self.org, user, role: OrgRole::Owner };
        tx.memberships().insert(&membership).await?;
        let detail = json!({ "role": membership.role.as_str() });
        append(tx, self.org, event("membership.created", "user", &user, detail)).await
    }

    async fn team(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), BootstrapError> {
        let (id, org) = (self.team, self.org);
        let team = Team { id, org, name: name("Default")?, has_pool: false, month_cap: None, created_at: now };
        tx.teams().insert(&team).await?;
        append(tx, org, event("team.created", "team", &id, json!({ "has_pool": false }))).await
    }

    async fn agent(
        &self,
        tx: &mut dyn Tx,
        (id, label, kind): (AgentId, &str, AgentKind),
        owner: UserId,
        now: Timestamp,
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
            created_at: now,
        };
        tx.agents().insert(&agent).await?;
        let detail =
            json!({ "kind": kind.as_str(), "name": label, "team": self.team, "owner": owner, "month_cap": null });
        append(tx, self.org, NewEvent { agent: Some(id), ..event("agent.created", "agent", &id, detail) }).await
    }

    async fn bindings(&self, tx: &mut dyn Tx) -> Result<(), BootstrapError> {
        for operation in OPERATIONS {
            let operation: OperationName = operation.parse().map_err(defect)?;
            let terms = BindingTerms::default();
            let binding = Binding { agent: self.agent, operation, terms };
            tx.bindings().put(self.org, &binding).await?;
            let detail =
                json!({ "old": null, "new": { "month_cap": null, "day_count": null, "approval_threshold": null } });
            let about = event("binding.created", "agent", &self.agent, detail);
            let about = NewEvent { agent: Some(self.agent), operation: Some(binding.operation), ..about };
            append(tx, self.org, about).await?;
        }
        Ok(())
    }

    fn done(self, user_id: UserId) -> Bootstrapped {
        Bootstrapped {
            org_id: self.org,
            user_id,
            email: self.new.email,
            pat: self.pat.secret,
            team_id: self.team,
            yupi_agent_id: self.yupi,
            agent_id: self.agent,
            agent_key_live: self.live.secret,
            agent_key_test: self.test.secret,
        }
    }
}

async fn credential(
    tx: &mut dyn Tx,
    org: OrgId,
    token: &Token,
    kind: CredentialKind,
    now: Timestamp,
) -> Result<(), BootstrapError> {
    let (id, hash, label) = (token.id, token.hash, token.label.to_owned());
    let row = Credential { id, org, kind, hash, label, status: CredentialStatus::ACTIVE, created_at: now };
    tx.credentials().insert(&row).await?;
    let (agent, detail) = match kind {
        CredentialKind::AgentKey { agent, mode } => (Some(agent), json!({ "kind": "agent_key", "mode": mode })),
        CredentialKind::PersonalToken { user } => (None, json!({ "kind": "personal_token", "user": user })),
    };
    append(tx, org, NewEvent { agent, ..event("credential.created", "credential", &id, detail) }).await
}

async fn append(tx: &mut dyn Tx, org: OrgId, event: NewEvent) -> Result<(), BootstrapError> {
    tx.append(org, event).await?;
    Ok(())
}

fn event(kind: &'static str, object: &'static str, id: &dyn ToString, detail: Value) -> NewEvent {
    let object = Object { kind: object, id: id.to_string() };
    NewEvent { kind, actor: Actor::Operator, agent: None, operation: None, object, detail, trace: None }
}

fn name(label: &str) -> Result<Name, BootstrapError> {
    label.parse().map_err(defect)
}

/// A text of this file that does not parse.
fn defect(error: impl std::fmt::Display) -> BootstrapError {
    StoreError::Internal(error.to_string()).into()
}
