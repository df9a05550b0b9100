//! The rows and events of a new organization made at the machine, in the order in which they refer to each other.

use serde_json::json;
use upivia_domain::{
    OrgId, UserId,
    agent::AgentKind,
    audit::NewEvent,
    binding::{Binding, BindingTerms},
    catalog::OperationName,
    identity::{Credential, CredentialKind, CredentialStatus, SignIn, User},
    ports::{StoreError, Tx},
};

use super::{
    BootstrapError, Bootstrapped, grant,
    plan::{Plan, Token},
};

/// What the first agent may use, without limits: it is for trying things out.
const OPERATIONS: [&str; 4] = ["text_generation.generate", "email.send", "sms.send", "web_search.search"];

impl Plan {
    pub(super) async fn write(self, tx: &mut dyn Tx) -> Result<Bootstrapped, BootstrapError> {
        let owner = self.owner(tx).await?;
        self.password(tx, owner).await?;
        self.platform_admin(tx, owner).await?;
        self.founding.write(tx, owner).await?;
        self.founding.agent(tx, (self.agent, "First agent", AgentKind::Standard), owner).await?;
        self.bindings(tx).await?;
        for (token, kind) in self.tokens(owner) {
            self.credential(tx, token, kind).await?;
        }
        self.founding.give_play_money(tx).await?;
        if let Some(live) = self.live_money {
            grant::give(tx, &self.founding, live).await?;
        }
        Ok(self.done(owner))
    }

    async fn owner(&self, tx: &mut dyn Tx) -> Result<UserId, BootstrapError> {
        if let Some(user) = tx.users().find_by_email(&self.new.email).await? {
            return Ok(user.id);
        }
        let user = User { id: self.new_user, email: self.new.email.clone(), created_at: tx.now() };
        tx.users().insert(&user).await?;
        // The address itself is personal: it stands in the row, never in the chain.
        tx.append(OrgId::PLATFORM, self.founding.event("user.created", "user", &user.id, json!({}))).await?;
        Ok(user.id)
    }

    async fn platform_admin(&self, tx: &mut dyn Tx, user: UserId) -> Result<(), BootstrapError> {
        if !self.owner.platform_admin || tx.platform_admins().contains(user).await? {
            return Ok(());
        }
        tx.platform_admins().insert(user).await?;
        tx.append(OrgId::PLATFORM, self.founding.event("platform_admin.created", "user", &user, json!({}))).await?;
        Ok(())
    }

    /// Where the operator gave one.
    async fn password(&self, tx: &mut dyn Tx, user: UserId) -> Result<(), BootstrapError> {
        let Some(hash) = &self.owner.password else { return Ok(()) };
        let mut row = tx.users().sign_in(user).await?.unwrap_or(SignIn::none(user));
        row.password = Some(hash.clone());
        row.end_sessions(tx.now());
        tx.users().put_sign_in(&row).await?;
        tx.append(OrgId::PLATFORM, self.founding.event("user.password_changed", "user", &user, json!({}))).await?;
        Ok(())
    }

    async fn bindings(&self, tx: &mut dyn Tx) -> Result<(), BootstrapError> {
        for operation in OPERATIONS {
            let operation: OperationName = operation.parse().map_err(defect)?;
            let terms = BindingTerms::default();
            let binding = Binding { agent: self.agent, operation, terms };
            tx.bindings().put(self.founding.org, &binding).await?;
            let detail =
                json!({ "old": null, "new": { "month_cap": null, "day_count": null, "approval_threshold": null } });
            let about = self.founding.event("binding.created", "agent", &self.agent, detail);
            let about = NewEvent { agent: Some(self.agent), operation: Some(binding.operation), ..about };
            self.founding.append(tx, about).await?;
        }
        Ok(())
    }

    async fn credential(&self, tx: &mut dyn Tx, token: &Token, kind: CredentialKind) -> Result<(), BootstrapError> {
        let (org, created_at, status) = (self.founding.org, tx.now(), CredentialStatus::ACTIVE);
        let (id, hash, label) = (token.id, token.hash, token.label.to_owned());
        tx.credentials().insert(&Credential { id, org, kind, hash, label, status, created_at }).await?;
        let (agent, detail) = match kind {
            CredentialKind::AgentKey { agent, mode } => (Some(agent), json!({ "kind": "agent_key", "mode": mode })),
            CredentialKind::PersonalToken { user } => (None, json!({ "kind": "personal_token", "user": user })),
        };
        let event = self.founding.event("credential.created", "credential", &id, detail);
        self.founding.append(tx, NewEvent { agent, ..event }).await
    }

    fn done(self, user_id: UserId) -> Bootstrapped {
        Bootstrapped {
            org_id: self.founding.org,
            user_id,
            email: self.new.email,
            pat: self.pat.secret,
            team_id: self.founding.team,
            yupi_agent_id: self.founding.yupi,
            agent_id: self.agent,
            agent_key_live: self.live.secret,
            agent_key_test: self.test.secret,
        }
    }
}

/// A text of this folder that does not parse.
pub(super) fn defect(error: impl std::fmt::Display) -> BootstrapError {
    StoreError::Internal(error.to_string()).into()
}
