//! The provider of play money: answers at once, in the shapes of the real services, and misbehaves when told to. Phone
//! calls are accepted first and have ended when it is asked a moment later, as with real ones.
//!
//! The same payload always gets the same result. Steering (`payload.sandbox`) never changes what is executed, only what is
//! seen of it: an answer that was lost or delayed is still there for whoever asks by the request's id.

mod calendar;
mod clock;
mod identity;
mod memory;
mod messages;
mod posts;
mod results;
mod steering;
mod text;

use std::{future::pending, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::Value;
use upivia_domain::{
    Mode, NanoUsd, RequestId,
    catalog::{Catalog, Price},
    dispatch::{Basis, ProviderAnswer, ProviderCall, ProviderName},
    ports::Provider,
};

use memory::Memory;
use steering::Steering;

/// What the sandbox is called.
pub(crate) const NAME: &str = "sandbox";

/// The provider of every operation in test mode.
pub struct Sandbox {
    catalog: Arc<Catalog>,
    time_limit: Duration,
    memory: Memory,
}

impl Sandbox {
    /// A sandbox for the operations of a catalogue; a call that hangs ends after `time_limit`.
    pub fn new(catalog: Arc<Catalog>, time_limit: Duration) -> Self {
        Self { catalog, time_limit, memory: Memory::default() }
    }

    fn executed(&self, call: &ProviderCall, cost: Option<NanoUsd>) -> ProviderAnswer {
        let id = identity::of(call);
        let (result, own_cost, basis) = self.result(call, &id);
        let (cost, basis) = cost.map_or((own_cost, basis), |cost| (cost, Basis::ProviderUsage));
        ProviderAnswer::Executed { result: Arc::new(result), cost, basis, external_id: Some(id) }
    }

    /// A result, what it costs, and how that is known.
    fn result(&self, call: &ProviderCall, id: &str) -> (Value, NanoUsd, Basis) {
        let operation = self.catalog.find(&call.operation);
        match operation.and_then(|operation| operation.price_at(call.quoted_at)).map(|version| version.price) {
            Some(Price::Tokens) => text::complete(self.catalog.models(), call, id),
            Some(Price::Flat(price)) => flat(results::of(call, id), price),
            Some(Price::Free) | None => (results::of(call, id), NanoUsd::ZERO, Basis::Counted),
        }
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn name(&self) -> ProviderName {
        ProviderName::new(NAME)
    }

    async fn execute(&self, call: &ProviderCall) -> ProviderAnswer {
        if call.mode != Mode::Test {
            return ProviderAnswer::NotSent { detail: "the sandbox executes nothing for live money".to_owned() };
        }
        let steering = Steering::of(&call.payload);
        if tokio::time::timeout(self.time_limit, pause(&steering)).await.is_err() {
            return ProviderAnswer::Unknown { detail: "the sandbox did not answer in time".to_owned() };
        }
        let answer = steering.refusal().unwrap_or_else(|| self.executed(call, steering.cost()));
        self.memory.remember(call.request, answer.clone(), steering.told(&call.operation));
        steering.shown(&call.operation, answer)
    }

    /// What was executed, also where the answer was lost or is still to come; `None` for what the sandbox never finished or has forgotten.
    async fn lookup(&self, request: RequestId) -> Option<ProviderAnswer> {
        self.memory.recall(request)
    }
}

/// A result of a flat price. What lasted a while costs as much of it as the while is of a minute.
fn flat(result: Value, price: NanoUsd) -> (Value, NanoUsd, Basis) {
    let lasted = result.get("duration_seconds").and_then(Value::as_i64);
    match lasted.and_then(|seconds| messages::price_of(seconds, price)) {
        Some(cost) => (result, cost, Basis::ProviderUsage),
        None => (result, price, Basis::Counted),
    }
}

async fn pause(steering: &Steering) {
    if steering.hang {
        pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_millis(steering.delay_ms)).await;
}

#[cfg(test)]
mod tests;
