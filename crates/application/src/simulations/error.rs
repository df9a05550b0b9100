//! Why nothing could be rehearsed.

use upivia_domain::{ledger::Refusal, ports::StoreError};

use crate::dispatch::DispatchError;

/// There is no simulation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    /// There is no such thing in the caller's organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The agent has no key in force in that mode: nothing can be asked for it.
    #[error("the agent has no key in force in this mode")]
    NoKey,
    /// The request itself cannot be.
    #[error(transparent)]
    Request(DispatchError),
    /// The store failed.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for SimulationError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request could not be rehearsed");
        Self::Unavailable
    }
}

impl From<DispatchError> for SimulationError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::NotFound(what) => Self::NotFound(what),
            DispatchError::Unavailable => Self::Unavailable,
            other => Self::Request(other),
        }
    }
}

impl From<Refusal> for SimulationError {
    fn from(refusal: Refusal) -> Self {
        DispatchError::from(refusal).into()
    }
}
