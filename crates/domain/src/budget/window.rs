//! Windows: who is limited, and for how long.

use std::{fmt, str::FromStr};

use crate::{
    AgentId, DelegationId, TeamId, Timestamp, UserId,
    catalog::OperationName,
    time::{Day, Month, Zone},
};

/// A text that names no meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a meter")]
pub struct InvalidMeterKey;

/// Who or what a limit is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// An agent's use of one operation.
    Binding(AgentId, OperationName),
    /// All that an agent spends, its children's money included.
    Agent(AgentId),
    /// All that a worker's agents spend of the worker's allocation.
    Worker(TeamId, UserId),
    /// All that a team's agents spend.
    Team(TeamId),
    /// All that is spent for a delegated task.
    Delegation(DelegationId),
    /// All that one run of a workflow spends; the name is the run's id.
    Run(Box<str>),
    /// All that a room spends; the name is the room's id.
    Room(Box<str>),
}

/// How long usage counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// One local day.
    Day(Day),
    /// One local month.
    Month(Month),
    /// For ever.
    Life,
}

/// A scope in a period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    /// Who.
    pub scope: Scope,
    /// For how long.
    pub period: Period,
}

impl Period {
    /// When usage starts anew, seen from an instant inside the period.
    pub fn resets_at(self, zone: Zone, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Day(_) => Some(zone.next_day(now)),
            Self::Month(_) => Some(zone.next_month(now)),
            Self::Life => None,
        }
    }
}

impl Scope {
    /// What is limited, as a refusal names it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Binding(..) => "binding",
            Self::Agent(_) => "agent",
            Self::Worker(..) => "worker",
            Self::Team(_) => "team",
            Self::Delegation(_) => "delegation",
            Self::Run(_) => "run",
            Self::Room(_) => "room",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binding(agent, operation) => write!(f, "binding/{agent}/{operation}"),
            Self::Agent(agent) => write!(f, "agent/{agent}"),
            Self::Worker(team, user) => write!(f, "worker/{team}/{user}"),
            Self::Team(team) => write!(f, "team/{team}"),
            Self::Delegation(task) => write!(f, "delegation/{task}"),
            Self::Run(run) => write!(f, "run/{run}"),
            Self::Room(room) => write!(f, "room/{room}"),
        }
    }
}

impl FromStr for Scope {
    type Err = InvalidMeterKey;
    fn from_str(text: &str) -> Result<Self, InvalidMeterKey> {
        let mut parts = text.splitn(3, '/');
        let scope = match (parts.next(), parts.next(), parts.next()) {
            (Some("binding"), Some(agent), Some(operation)) => {
                agent.parse().ok().zip(operation.parse().ok()).map(|(agent, operation)| Self::Binding(agent, operation))
            }
            (Some("agent"), Some(agent), None) => agent.parse().ok().map(Self::Agent),
            (Some("worker"), Some(team), Some(user)) => {
                team.parse().ok().zip(user.parse().ok()).map(|(team, user)| Self::Worker(team, user))
            }
            (Some("team"), Some(team), None) => team.parse().ok().map(Self::Team),
            (Some("delegation"), Some(task), None) => task.parse().ok().map(Self::Delegation),
            (Some("run"), Some(run), None) => Some(Self::Run(run.into())),
            (Some("room"), Some(room), None) => Some(Self::Room(room.into())),
            _ => None,
        };
        scope.ok_or(InvalidMeterKey)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(Day(day)) => write!(f, "d{day}"),
            Self::Month(Month(month)) => write!(f, "m{month}"),
            Self::Life => f.write_str("life"),
        }
    }
}

impl FromStr for Period {
    type Err = InvalidMeterKey;
    fn from_str(text: &str) -> Result<Self, InvalidMeterKey> {
        let number = || text.get(1..).and_then(|digits| digits.parse().ok()).ok_or(InvalidMeterKey);
        match text.as_bytes().first() {
            Some(b'd') => number().map(|day| Self::Day(Day(day))),
            Some(b'm') => number().map(|month| Self::Month(Month(month))),
            Some(b'l') if text == "life" => Ok(Self::Life),
            _ => Err(InvalidMeterKey),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.scope, self.period)
    }
}

impl FromStr for Window {
    type Err = InvalidMeterKey;
    fn from_str(text: &str) -> Result<Self, InvalidMeterKey> {
        let (scope, period) = text.rsplit_once('@').ok_or(InvalidMeterKey)?;
        Ok(Self { scope: scope.parse()?, period: period.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::budget::{AccountOwner, MeterKey};
    use crate::mode::Mode;

    fn keys() -> Vec<MeterKey> {
        let agent = AgentId::new(Uuid::from_u128(1));
        let (team, user) = (TeamId::new(Uuid::from_u128(2)), UserId::new(Uuid::from_u128(3)));
        let operation: OperationName = "email.send".parse().unwrap();
        let task = DelegationId::new(Uuid::from_u128(4));
        let scopes = [
            Scope::Binding(agent, operation.clone()),
            Scope::Agent(agent),
            Scope::Worker(team, user),
            Scope::Team(team),
            Scope::Delegation(task),
            Scope::Run("run_7".into()),
            Scope::Room("room_7".into()),
        ];
        let periods = [Period::Day(Day(20_260_131)), Period::Month(Month(202_601)), Period::Life];
        let owners = [
            AccountOwner::Wallet,
            AccountOwner::Pool(team),
            AccountOwner::Worker(team, user),
            AccountOwner::Agent(agent),
        ];
        let windows = scopes.iter().flat_map(|scope| {
            periods.map(|period| MeterKey::Window(Mode::Live, Window { scope: scope.clone(), period }))
        });
        let accounts = owners.into_iter().map(|owner| MeterKey::Account(Mode::Test, owner));
        let others =
            [MeterKey::PendingAsks(Mode::Live, agent), MeterKey::Overruns(Mode::Live, operation, Day(20_260_131))];
        windows.chain(accounts).chain(others).collect()
    }

    #[test]
    fn a_meter_survives_its_text() {
        for key in keys() {
            assert_eq!(key.to_string().parse::<MeterKey>(), Ok(key));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<MeterKey>();
            let _ = format!("live:window:{text}").parse::<MeterKey>();
        }
    }
}
