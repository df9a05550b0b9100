//! How a payload tells the sandbox to misbehave.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use upivia_domain::{
    NanoUsd,
    catalog::{OperationName, STEERING},
    dispatch::ProviderAnswer,
};

use super::memory::{Told, accepted};

/// A phone call has ended, and what it cost is known, so long after it was accepted.
const CALL_ENDS_AFTER: Duration = Duration::from_secs(1);

/// The member `sandbox` of a payload. The schema has judged it; what is wrong here all the same is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Steering {
    pub(super) delay_ms: u64,
    pub(super) hang: bool,
    fail: bool,
    status: Option<u16>,
    unknown: bool,
    running: Option<bool>,
    outcome_after_ms: Option<u64>,
    never: bool,
    lookup: Lookup,
    cost_cents: Option<i64>,
}

/// What the sandbox knows of a call when it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lookup {
    #[default]
    Knows,
    Denies,
    Silent,
}

impl Steering {
    pub(super) fn of(payload: &Value) -> Self {
        payload.get(STEERING).and_then(|steering| Self::deserialize(steering).ok()).unwrap_or_default()
    }

    /// The cost to report in place of the true one.
    pub(super) fn cost(&self) -> Option<NanoUsd> {
        self.cost_cents.and_then(|cents| NanoUsd::from_cents(cents).ok())
    }

    /// The answer of a provider that did not execute.
    pub(super) fn refusal(&self) -> Option<ProviderAnswer> {
        let refuse = |detail, unavailable| ProviderAnswer::Rejected { detail, unavailable, charge: None };
        match self.status {
            Some(status) => {
                Some(refuse(format!("the sandbox was told to fail with status {status}"), unavailable(status)))
            }
            None => self.fail.then(|| refuse("the sandbox was told to fail".to_owned(), false)),
        }
    }

    /// What whoever asks later is told, from now on.
    pub(super) fn told(&self, operation: &OperationName) -> Told {
        match self.lookup {
            Lookup::Denies => Told::Denied,
            Lookup::Silent => Told::Nothing,
            Lookup::Knows if self.never => Told::Accepted,
            Lookup::Knows => Told::From(Instant::now() + self.outcome_after(operation)),
        }
    }

    fn outcome_after(&self, operation: &OperationName) -> Duration {
        let default = if self.running.is_none() && is_a_call(operation) { CALL_ENDS_AFTER } else { Duration::ZERO };
        self.outcome_after_ms.map_or(default, Duration::from_millis)
    }

    /// Phone calls take their time; everything else does when it is told to.
    fn takes_time(&self, operation: &OperationName) -> bool {
        self.never || self.running.unwrap_or(self.outcome_after_ms.is_some() || is_a_call(operation))
    }

    /// What the caller sees of an answer.
    pub(super) fn shown(&self, operation: &OperationName, answer: ProviderAnswer) -> ProviderAnswer {
        match answer {
            ProviderAnswer::Executed { .. } if self.unknown => {
                ProviderAnswer::Unknown { detail: "the sandbox was told to lose its answer".to_owned() }
            }
            ProviderAnswer::Executed { .. } if self.takes_time(operation) => accepted(&answer),
            seen => seen,
        }
    }
}

fn is_a_call(operation: &OperationName) -> bool {
    operation.as_str() == "voice_call.create"
}

const fn unavailable(status: u16) -> bool {
    status == 429 || status >= 500
}
