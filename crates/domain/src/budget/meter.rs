//! One row per account or window: what is final, what is held, how many.

use std::{fmt, str::FromStr};

use super::{InvalidMeterKey, Window};
use crate::{AgentId, Mode, NanoUsd, TeamId, UserId, catalog::OperationName};

/// Whose money an account is. These accounts can never be overdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountOwner {
    /// The organization itself.
    Wallet,
    /// A team.
    Pool(TeamId),
    /// A worker in a team.
    Worker(TeamId, UserId),
    /// A spawned agent.
    Agent(AgentId),
}

/// The other side of postings. The balance of such an account is the sum of its postings; no row is kept for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SystemAccount {
    /// Money that comes in and goes out.
    External,
    /// What providers took.
    ProviderCost,
    /// What the platform took.
    Fees,
    /// Costs above their holds.
    Overrun,
    /// What an organization owes.
    Debt,
}

impl SystemAccount {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::ProviderCost => "provider_cost",
            Self::Fees => "fees",
            Self::Overrun => "overrun",
            Self::Debt => "debt",
        }
    }
}

/// The name of a meter, unique in its organization.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MeterKey {
    /// What an account has (`posted`) and has promised (`held`).
    Account(Mode, AccountOwner),
    /// What a window has used (`posted`), may still use (`held`), and how many requests it took (`count`).
    Window(Mode, Window),
    /// How many approvals of an agent are pending (`count`).
    PendingAsks(Mode, AgentId),
    /// How many live requests of an operation cost more than their holds on one day (`count`).
    Overruns(Mode, OperationName, crate::time::Day),
}

/// The figures of an account or a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    /// Final: an account's balance, a window's usage.
    pub posted: NanoUsd,
    /// Promised to open holds.
    pub held: NanoUsd,
    /// Units taken.
    pub count: i64,
}

impl Meter {
    /// What an account can still promise.
    pub fn available(&self) -> NanoUsd {
        self.posted.checked_sub(self.held).unwrap_or(NanoUsd::ZERO)
    }
}

impl fmt::Display for AccountOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet => f.write_str("wallet"),
            Self::Pool(team) => write!(f, "pool/{team}"),
            Self::Worker(team, user) => write!(f, "worker/{team}/{user}"),
            Self::Agent(agent) => write!(f, "agent/{agent}"),
        }
    }
}

impl FromStr for AccountOwner {
    type Err = InvalidMeterKey;
    fn from_str(text: &str) -> Result<Self, InvalidMeterKey> {
        let mut parts = text.split('/');
        let owner = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("wallet"), None, None, None) => Some(Self::Wallet),
            (Some("pool"), Some(team), None, None) => team.parse().ok().map(Self::Pool),
            (Some("worker"), Some(team), Some(user), None) => {
                team.parse().ok().zip(user.parse().ok()).map(|(team, user)| Self::Worker(team, user))
            }
            (Some("agent"), Some(agent), None, None) => agent.parse().ok().map(Self::Agent),
            _ => None,
        };
        owner.ok_or(InvalidMeterKey)
    }
}

impl fmt::Display for MeterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(mode, owner) => write!(f, "{mode}:account:{owner}"),
            Self::Window(mode, window) => write!(f, "{mode}:window:{window}"),
            Self::PendingAsks(mode, agent) => write!(f, "{mode}:asks:{agent}"),
            Self::Overruns(mode, operation, day) => write!(f, "{mode}:overruns:{operation}/{}", day.0),
        }
    }
}

impl FromStr for MeterKey {
    type Err = InvalidMeterKey;
    fn from_str(text: &str) -> Result<Self, InvalidMeterKey> {
        let mut parts = text.splitn(3, ':');
        let mode: Mode = parts.next().and_then(|mode| mode.parse().ok()).ok_or(InvalidMeterKey)?;
        let (kind, rest) = parts.next().zip(parts.next()).ok_or(InvalidMeterKey)?;
        match kind {
            "account" => Ok(Self::Account(mode, rest.parse()?)),
            "window" => Ok(Self::Window(mode, rest.parse()?)),
            "asks" => Ok(Self::PendingAsks(mode, rest.parse().map_err(|_| InvalidMeterKey)?)),
            "overruns" => overruns(mode, rest),
            _ => Err(InvalidMeterKey),
        }
    }
}

fn overruns(mode: Mode, text: &str) -> Result<MeterKey, InvalidMeterKey> {
    let (operation, day) = text.split_once('/').ok_or(InvalidMeterKey)?;
    let operation = operation.parse().map_err(|_| InvalidMeterKey)?;
    let day = day.parse().map_err(|_| InvalidMeterKey)?;
    Ok(MeterKey::Overruns(mode, operation, crate::time::Day(day)))
}

/// One side of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// An account that somebody owns.
    Owned(AccountOwner),
    /// An account of the books.
    System(SystemAccount),
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owned(owner) => owner.fmt(f),
            Self::System(account) => f.write_str(account.as_str()),
        }
    }
}

impl FromStr for Account {
    type Err = InvalidMeterKey;
    fn from_str(text: &str) -> Result<Self, InvalidMeterKey> {
        const SYSTEM: [SystemAccount; 5] = [
            SystemAccount::External,
            SystemAccount::ProviderCost,
            SystemAccount::Fees,
            SystemAccount::Overrun,
            SystemAccount::Debt,
        ];
        match SYSTEM.into_iter().find(|account| account.as_str() == text) {
            Some(account) => Ok(Self::System(account)),
            None => text.parse().map(Self::Owned),
        }
    }
}
