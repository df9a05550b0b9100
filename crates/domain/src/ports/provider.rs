//! Providers, and the check of payloads.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use crate::{
    Mode, RequestId,
    catalog::{OperationName, PayloadProblem},
    dispatch::{ProviderAnswer, ProviderCall, ProviderName},
};

/// Somebody who executes operations for money. Called only by dispatch, with a committed hold.
///
/// - MUST send nothing but what `payload` holds, so that the hold bounds the bill.
/// - MUST claim no more than is certain: [`ProviderAnswer::NotSent`] only before the first byte left,
///   [`ProviderAnswer::Rejected`] only for an answer that says so, else [`ProviderAnswer::Unknown`].
/// - MUST end within its own time limit.
/// - MUST NOT retry what may have been executed, unless the provider keeps our request id as an idempotency key.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its machine name.
    fn name(&self) -> ProviderName;

    /// Executes one call.
    async fn execute(&self, call: &ProviderCall) -> ProviderAnswer;

    /// Asks what became of a request, by our id; `None` where the provider cannot answer that.
    async fn lookup(&self, request: RequestId) -> Option<ProviderAnswer>;
}

/// Who executes what.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ProviderRegistry: Send + Sync {
    /// The provider of an operation in a mode. MUST NOT give the sandbox for live money.
    fn find(&self, operation: &OperationName, mode: Mode) -> Option<Arc<dyn Provider>>;
}

/// Checks payloads against the schemas of the catalogue.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PayloadCheck: Send + Sync {
    /// The first thing that does not fit, with its path.
    fn check(&self, operation: &OperationName, payload: &Value) -> Result<(), PayloadProblem>;
}
