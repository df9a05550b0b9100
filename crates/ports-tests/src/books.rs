//! The figures of a tenant's first agent, all together.

use upivia_domain::{
    AgentId, Mode,
    budget::{AccountOwner, MeterKey, Period, Scope, Window},
    ports::Clock,
};

use crate::{
    Ports,
    seed::email,
    tenant::{OPENING, Tenant},
};

/// Nanodollars as (posted, held), and requests of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Books {
    pub(crate) wallet: (i64, i64),
    /// The binding's month.
    pub(crate) binding: (i64, i64),
    /// The agent's month.
    pub(crate) agent: (i64, i64),
    /// The team's month.
    pub(crate) team: (i64, i64),
    /// The binding's day.
    pub(crate) requests: i64,
}

impl Books {
    /// Before anything was asked.
    pub(crate) const OPENING: Self = Self::with_spending(0, 0, 0);

    /// After so much was spent, and while so much is held, from the wallet.
    pub(crate) const fn with_spending(spent: i64, held: i64, requests: i64) -> Self {
        let month = (spent, held);
        Self { wallet: (OPENING.nanos() - spent, held), binding: month, agent: month, team: month, requests }
    }
}

impl Tenant {
    /// Live figures.
    pub(crate) async fn books(&self, ports: &Ports) -> Books {
        self.books_of(ports, Mode::Live).await
    }

    /// Figures of a mode.
    pub(crate) async fn books_of(&self, ports: &Ports, mode: Mode) -> Books {
        let agent = self.spender.agent;
        let wallet = self.figures(ports, &MeterKey::Account(mode, AccountOwner::Wallet)).await;
        let binding = self.figures(ports, &self.month(mode, Scope::Binding(agent, email()))).await;
        let of_agent = self.figures(ports, &self.month(mode, Scope::Agent(agent))).await;
        let team = self.figures(ports, &self.month(mode, Scope::Team(self.team))).await;
        let (.., requests) = ports.meter(self.org, &self.day_of(mode, agent)).await;
        Books { wallet, binding, agent: of_agent, team, requests }
    }

    /// (posted, held) of an account of live money.
    pub(crate) async fn account(&self, ports: &Ports, owner: AccountOwner) -> (i64, i64) {
        self.figures(ports, &MeterKey::Account(Mode::Live, owner)).await
    }

    /// (posted, held) of a meter.
    pub(crate) async fn figures(&self, ports: &Ports, key: &MeterKey) -> (i64, i64) {
        let (posted, held, _) = ports.meter(self.org, key).await;
        (posted, held)
    }

    /// This month's window.
    pub(crate) fn month(&self, mode: Mode, scope: Scope) -> MeterKey {
        let period = Period::Month(self.zone.month(self.world.clock.now()));
        MeterKey::Window(mode, Window { scope, period })
    }

    /// Today's window.
    pub(crate) fn day(&self, mode: Mode, scope: Scope) -> MeterKey {
        let period = Period::Day(self.zone.day(self.world.clock.now()));
        MeterKey::Window(mode, Window { scope, period })
    }

    /// Today's window of an agent's binding.
    pub(crate) fn day_of(&self, mode: Mode, agent: AgentId) -> MeterKey {
        self.day(mode, Scope::Binding(agent, email()))
    }
}
