//! Where a spawned agent's money came from: what it leaves goes back there, and nowhere else.

use std::{fmt, str::FromStr};

use crate::{
    Mode,
    budget::{AccountOwner, Window},
};

/// The account that gave, and the windows in which the gift was counted. Written once, when the agent is spawned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The world of the money; the agent has keys of this mode and of no other.
    pub mode: Mode,
    /// Who gave.
    pub account: AccountOwner,
    /// Where it counts as spent by who gave: only these are lowered by what comes back, whenever it comes.
    pub windows: Vec<Window>,
}

/// A text that is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the origin of an agent")]
pub struct InvalidOrigin;

/// The stored form: mode, account and windows with blanks between them.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.mode, self.account)?;
        self.windows.iter().try_for_each(|window| write!(f, " {window}"))
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;
    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let mut parts = text.split(' ');
        let mode = parts.next().and_then(|mode| mode.parse().ok()).ok_or(InvalidOrigin)?;
        let account = parts.next().and_then(|account| account.parse().ok()).ok_or(InvalidOrigin)?;
        let windows = parts.map(|window| window.parse().map_err(|_| InvalidOrigin)).collect::<Result<_, _>>()?;
        Ok(Self { mode, account, windows })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        AgentId, TeamId, UserId,
        budget::{Period, Scope},
        time::{Day, Month},
    };

    #[test]
    fn an_origin_survives_its_text() {
        let agent = AgentId::new(Uuid::from_u128(1));
        let (team, user) = (TeamId::new(Uuid::from_u128(2)), UserId::new(Uuid::from_u128(3)));
        let windows = vec![
            Window { scope: Scope::Agent(agent), period: Period::Month(Month(202_603)) },
            Window { scope: Scope::Worker(team, user), period: Period::Day(Day(20_260_310)) },
            Window { scope: Scope::Team(team), period: Period::Life },
        ];
        for (account, windows) in [(AccountOwner::Worker(team, user), windows), (AccountOwner::Agent(agent), vec![])] {
            let origin = Origin { mode: Mode::Test, account, windows };
            assert_eq!(origin.to_string().parse(), Ok(origin));
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Origin>();
            let _ = format!("live wallet {text}").parse::<Origin>();
        }
    }
}
