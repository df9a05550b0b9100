//! One call of a provider: fence, send, and the end that is written until it is committed.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt;
use serde_json::Value;
use upivia_domain::{
    CommandId, Timestamp,
    budget::ReasonCode,
    dispatch::{ProviderAnswer, ProviderCall, ServiceRequest},
    ledger::{Command, Evidence, Fail, MarkRunning, MarkUnknown, Outcome, Refusal, Settle},
    ports::Provider,
};

use super::Dispatcher;
use crate::{failpoint::FailPoint, ledger::LedgerError, node::Sending};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A request whose hold is committed in state `dispatching`, owned by this process.
pub(super) struct Dispatch {
    pub(super) request: Arc<ServiceRequest>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) forward: Arc<Value>,
    pub(super) quoted_at: Timestamp,
    pub(super) sending: Sending,
}

impl Dispatcher {
    /// Calls the provider and writes the end. Never gives up on writing: the hold stands until it is there.
    pub(super) async fn dispatch(&self, dispatch: Dispatch) -> Option<Arc<ServiceRequest>> {
        self.parts().failpoints.pass(FailPoint::BeforeSend);
        // Others may have believed this process dead while it slept: then they own the request, and nothing is sent.
        let answer = if self.parts().node.may_send(&dispatch.sending) {
            self.send(&dispatch).await
        } else {
            tracing::warn!(request = %dispatch.request.id, "not sent: the lease was too old");
            None
        };
        let answered = answer.is_some().then(Instant::now);
        self.parts().failpoints.pass(FailPoint::AfterAnswer);
        let end = Arc::new(self.end_of(&dispatch, answer));
        self.parts().failpoints.pass(FailPoint::BeforeSettle);
        let ended = self.write(&end).await;
        if let Some(answered) = answered {
            self.lag().observe(answered.elapsed());
        }
        self.parts().failpoints.pass(FailPoint::AfterSettle);
        ended
    }

    async fn send(&self, dispatch: &Dispatch) -> Option<ProviderAnswer> {
        let call = ProviderCall {
            org: dispatch.request.org,
            request: dispatch.request.id,
            mode: dispatch.request.mode,
            operation: dispatch.request.operation.clone(),
            payload: Arc::clone(&dispatch.forward),
            hold: dispatch.request.held_amount(),
            quoted_at: dispatch.quoted_at,
        };
        // A panic of the provider's module is an unknown outcome and not a lost hold.
        let answer = AssertUnwindSafe(dispatch.provider.execute(&call)).catch_unwind();
        let unknown = |detail: &str| ProviderAnswer::Unknown { detail: detail.to_owned() };
        Some(match tokio::time::timeout(self.parts().settings.provider_timeout, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => {
                tracing::error!(request = %dispatch.request.id, "a provider module panicked");
                unknown("the provider module failed")
            }
            Err(_) => unknown("the provider did not answer in time"),
        })
    }

    fn end_of(&self, dispatch: &Dispatch, answer: Option<ProviderAnswer>) -> Command {
        let (id, org, request) = (CommandId::new(self.parts().ids.uuid()), dispatch.request.org, dispatch.request.id);
        let owner = dispatch.sending.owner;
        let evidence = Evidence::Owner(owner);
        let fail = |code, detail, charge, never_sent| {
            Command::Fail(Fail { id, org, request, evidence, code, detail, charge, never_sent })
        };
        match answer {
            None => fail(
                ReasonCode::DispatchAborted,
                "nothing was sent: this server had been asleep for too long".to_owned(),
                None,
                true,
            ),
            Some(ProviderAnswer::Executed { result, cost, basis, external_id }) => {
                Command::Settle(Settle { id, org, request, evidence, cost, basis, result, external_id })
            }
            Some(ProviderAnswer::Accepted { external_id }) => {
                Command::MarkRunning(MarkRunning { id, org, request, evidence, external_id })
            }
            Some(ProviderAnswer::Rejected { detail, charge, .. }) => {
                fail(ReasonCode::AdapterError, detail, charge, false)
            }
            Some(ProviderAnswer::NotSent { detail }) => fail(ReasonCode::ProviderUnavailable, detail, None, true),
            Some(ProviderAnswer::Unknown { detail }) => {
                tracing::warn!(%request, %detail, "the outcome of a provider call is unknown");
                Command::MarkUnknown(MarkUnknown { id, org, request, owner })
            }
        }
    }

    /// Repeats a command with its id until the ledger has answered it.
    async fn write(&self, command: &Arc<Command>) -> Option<Arc<ServiceRequest>> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.parts().ledger.submit(Arc::clone(command)).await {
                Ok(Outcome::Request { request, .. }) => return Some(Arc::from(request)),
                Ok(Outcome::Recorded { .. } | Outcome::Spawned { .. }) => return None,
                Err(LedgerError::Refused(refusal)) => return refused(command, &refusal),
                Err(LedgerError::Unavailable | LedgerError::InDoubt) => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

// Somebody took the request over, or ended it: what they wrote stands.
fn refused(command: &Command, refusal: &Refusal) -> Option<Arc<ServiceRequest>> {
    let request = command.request().map(|id| id.to_string());
    tracing::warn!(request, %refusal, "the end of a request was refused");
    None
}
