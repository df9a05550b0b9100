//! How a payload tells the sandbox to misbehave.

use serde::Deserialize;
use serde_json::Value;
use upivia_domain::{NanoUsd, catalog::STEERING, dispatch::ProviderAnswer};

/// The member `sandbox` of a payload. The schema has judged it; what is wrong here all the same is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Steering {
    pub(super) delay_ms: u64,
    pub(super) hang: bool,
    fail: bool,
    status: Option<u16>,
    unknown: bool,
    running: bool,
    cost_cents: Option<i64>,
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

    /// What the caller sees of an answer.
    pub(super) fn shown(&self, answer: ProviderAnswer) -> ProviderAnswer {
        match answer {
            ProviderAnswer::Executed { .. } if self.unknown => {
                ProviderAnswer::Unknown { detail: "the sandbox was told to lose its answer".to_owned() }
            }
            ProviderAnswer::Executed { external_id, .. } if self.running => {
                ProviderAnswer::Accepted { external_id: external_id.unwrap_or_default() }
            }
            seen => seen,
        }
    }
}

const fn unavailable(status: u16) -> bool {
    status == 429 || status >= 500
}
