//! An organization that can spend: owner, team, agent with a live and a test key, one binding, money in both wallets.
//! Made through the unit of work alone, each change with its event.

use upivia_domain::{
    AgentId, CredentialId, Mode, NanoUsd, NodeId, OrgId, TeamId, UserId,
    agent::Agent,
    binding::{Binding, BindingTerms},
    budget::AccountOwner,
    identity::{Membership, OrgRole, Organization, User},
    ledger::Command,
    ports::{Clock, StoreError, Tx},
    team::Team,
    time::{Calendar, Zone},
};

use crate::{
    World,
    seed::{email, event},
};

/// What every wallet holds at first.
pub(crate) const OPENING: NanoUsd = NanoUsd::cents(1_000);

/// An agent and its keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spender {
    pub(crate) agent: AgentId,
    pub(crate) live: CredentialId,
    pub(crate) test: CredentialId,
}

impl Spender {
    pub(crate) const fn key(&self, mode: Mode) -> CredentialId {
        match mode {
            Mode::Live => self.live,
            Mode::Test => self.test,
        }
    }
}

/// An organization of the suite.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) world: World,
    pub(crate) org: OrgId,
    pub(crate) owner: UserId,
    pub(crate) team: TeamId,
    pub(crate) spender: Spender,
    /// The process that carries its requests.
    pub(crate) node: NodeId,
    pub(crate) zone: Zone,
}

impl Tenant {
    /// In UTC.
    pub(crate) async fn found(world: &World) -> Self {
        Self::found_in(world, Zone::UTC).await
    }

    /// With days and months of that zone.
    pub(crate) async fn found_in(world: &World, zone: Zone) -> Self {
        let id = || world.mint.uuid();
        let tenant = Self {
            world: world.clone(),
            org: OrgId::new(id()),
            owner: UserId::new(id()),
            team: TeamId::new(id()),
            spender: world.spender(),
            node: NodeId::new(id()),
            zone,
        };
        let seed = tenant.clone();
        world.change(&[OrgId::PLATFORM], move |tx| Box::pin(async move { seed.write(tx).await })).await;
        tenant
    }

    /// Another person of the organization.
    pub(crate) async fn person(&self, role: OrgRole) -> UserId {
        let user =
            User { id: UserId::new(self.world.mint.uuid()), email: self.address(), created_at: self.world.clock.now() };
        let (org, id) = (self.org, user.id);
        let membership = Membership { org, user: id, role };
        self.world
            .change(&[OrgId::PLATFORM, org], move |tx| {
                Box::pin(async move {
                    tx.users().insert(&user).await?;
                    tx.memberships().insert(&membership).await?;
                    tx.append(org, event("membership.created", id)).await
                })
            })
            .await;
        id
    }

    async fn write(&self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        let now = tx.now();
        let user = User { id: self.owner, email: self.address(), created_at: now };
        tx.users().insert(&user).await?;
        tx.append(OrgId::PLATFORM, event("user.created", user.id)).await?;
        let name = "Analytical Engines".parse().unwrap();
        let organization = Organization { id: self.org, name, calendar: Calendar::of(self.zone), created_at: now };
        tx.organizations().insert(&organization).await?;
        tx.memberships().insert(&Membership { org: self.org, user: self.owner, role: OrgRole::Owner }).await?;
        let name = "Default".parse().unwrap();
        let team = Team { id: self.team, org: self.org, name, has_pool: false, month_cap: None, created_at: now };
        tx.teams().insert(&team).await?;
        tx.append(self.org, event("organization.created", self.org)).await?;
        self.write_agent(tx, &self.agent_row(self.spender), self.spender).await?;
        for mode in [Mode::Live, Mode::Test] {
            let funding = self.funding(mode, AccountOwner::Wallet, OPENING);
            tx.apply(&Command::Transfer(funding)).await?.expect("the opening money is accepted");
        }
        Ok(())
    }

    /// An agent with its keys and its binding.
    pub(crate) async fn write_agent(&self, tx: &mut dyn Tx, agent: &Agent, spender: Spender) -> Result<(), StoreError> {
        tx.agents().insert(agent).await?;
        for mode in [Mode::Live, Mode::Test] {
            tx.credentials().insert(&self.key_row(agent.id, spender.key(mode), mode)).await?;
        }
        let binding = Binding { agent: agent.id, operation: email(), terms: BindingTerms::default() };
        tx.bindings().put(self.org, &binding).await?;
        tx.append(self.org, event("agent.created", agent.id)).await?;
        Ok(())
    }
}

impl World {
    /// Ids of an agent and its keys.
    pub(crate) fn spender(&self) -> Spender {
        let id = || self.mint.uuid();
        Spender { agent: AgentId::new(id()), live: CredentialId::new(id()), test: CredentialId::new(id()) }
    }
}
