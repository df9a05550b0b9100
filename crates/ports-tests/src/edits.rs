//! Changes of a tenant's policy through a unit of work, each with an event.

use upivia_domain::{
    AgentId, CredentialId, NanoUsd, OrgId,
    agent::Agent,
    binding::{Binding, BindingTerms},
    ledger::{Admit, Refusal},
    ports::{BoxFuture, StoreError, Tx, transact},
    team::{Allocation, Team},
};

use crate::{
    Ports,
    seed::{email, event},
    tenant::{Spender, Tenant},
};

impl Tenant {
    /// One change that may fail, with an event.
    pub(crate) async fn attempt<F>(&self, change: F) -> Result<(), StoreError>
    where
        F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> + Send + 'static,
    {
        let org = self.org;
        transact(&*self.world.ports.unit, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                change(tx).await?;
                tx.append(org, event("row.changed", org)).await?;
                Ok(())
            })
        })
        .await
    }

    /// What the first agent may do with its operation.
    pub(crate) async fn bind(&self, terms: BindingTerms) {
        self.bind_agent(self.spender.agent, terms).await;
    }

    /// What an agent may do with its operation.
    pub(crate) async fn bind_agent(&self, agent: AgentId, terms: BindingTerms) {
        let (org, binding) = (self.org, Binding { agent, operation: email(), terms });
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    tx.bindings().put(org, &binding).await?;
                    tx.append(org, event("binding.created", agent)).await
                })
            })
            .await;
    }

    /// Takes the binding away.
    pub(crate) async fn unbind(&self, agent: AgentId) {
        let org = self.org;
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    tx.bindings().remove(org, agent, &email()).await?;
                    tx.append(org, event("binding.removed", agent)).await
                })
            })
            .await;
    }

    /// Changes the first agent.
    pub(crate) async fn edit(&self, change: impl FnOnce(&mut Agent) + Send + 'static) {
        self.edit_agent(self.spender.agent, change).await;
    }

    /// Changes an agent.
    pub(crate) async fn edit_agent(&self, id: AgentId, change: impl FnOnce(&mut Agent) + Send + 'static) {
        let org = self.org;
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    let mut agent = tx.agents().find(org, id).await?.expect("the agent exists");
                    change(&mut agent);
                    tx.agents().update(&agent).await?;
                    tx.append(org, event("agent.updated", id)).await
                })
            })
            .await;
    }

    /// Changes the team.
    pub(crate) async fn edit_team(&self, change: impl FnOnce(&mut Team) + Send + 'static) {
        let (org, id) = (self.org, self.team);
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    let mut team = tx.teams().find(org, id).await?.expect("the team exists");
                    change(&mut team);
                    tx.teams().update(&team).await?;
                    tx.append(org, event("team.updated", id)).await
                })
            })
            .await;
    }

    /// Gives the owner an account in the team, with those caps.
    pub(crate) async fn allocate(&self, change: impl FnOnce(&mut Allocation) + Send + 'static) {
        let org = self.org;
        let mut allocation =
            Allocation { team: self.team, user: self.owner, day_cap: None, month_cap: None, life_cap: None };
        change(&mut allocation);
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    tx.teams().put_allocation(org, &allocation).await?;
                    tx.append(org, event("allocation.changed", allocation.user)).await
                })
            })
            .await;
    }

    /// Revokes a key.
    pub(crate) async fn revoke(&self, key: CredentialId) {
        let org = self.org;
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    tx.credentials().revoke(org, key).await?;
                    tx.append(org, event("credential.revoked", key)).await
                })
            })
            .await;
    }

    /// Another agent of the organization, with keys and a binding of its own.
    pub(crate) async fn hire(&self, change: impl FnOnce(&mut Agent)) -> Spender {
        let spender = self.world.spender();
        let mut agent = self.agent_row(spender);
        change(&mut agent);
        let (tenant, org) = (self.clone(), self.org);
        self.world
            .change(&[org], move |tx| Box::pin(async move { tenant.write_agent(tx, &agent, spender).await }))
            .await;
        spender
    }

    /// Asks for so little that only policy can refuse it, and says what the first failed check was.
    pub(crate) async fn verdict(&self, ports: &Ports) -> Result<Option<&'static str>, Refusal> {
        self.verdict_on(ports, self.admit(NanoUsd::from_nanos(1))).await
    }

    /// What the first failed check of an admission was.
    pub(crate) async fn verdict_on(&self, ports: &Ports, admit: Admit) -> Result<Option<&'static str>, Refusal> {
        let outcome = ports.apply(admit).await?;
        let request = crate::drive::request_of(Ok(outcome));
        Ok(request.reasons.first().map(|reason| reason.code.as_str()))
    }
}
