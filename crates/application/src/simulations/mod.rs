//! What would happen: the deciding function itself, in a transaction that is always rolled back.
//!
//! Nothing is written and nobody is called; the answer is the decision that the same request would have met at that moment.

mod affordable;
mod error;

use std::sync::Arc;

use upivia_domain::{
    AgentId, Mode, NanoUsd,
    agent::AgentStatus,
    budget::{Reason, ReasonCode},
    dispatch::{RequestState, ServiceRequest},
    ledger::{Admit, AdmitKind, Command, Outcome, Screening},
    ports::{Ids, StoreError, Tx, UnitOfWork, transact},
};

use crate::{
    access::{AgentCaller, UserCaller},
    dispatch::{Dispatcher, NewRequest},
};

pub use affordable::Affordable;
pub use error::SimulationError;

/// More than any limit holds: asked for it, every limit of money tells its figures.
const MORE_THAN_ANY_LIMIT: NanoUsd = NanoUsd::from_nanos(i64::MAX / 4);

/// A request that is not made.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Who would ask.
    pub agent: AgentId,
    /// With which money.
    pub mode: Mode,
    /// What.
    pub request: NewRequest,
}

/// What would happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Where the request would stand: dispatching, blocked, failed or waiting for a person.
    pub state: RequestState,
    /// Every check that would fail, the first one first.
    pub reasons: Vec<Reason>,
    /// The most that it could cost.
    pub estimate: NanoUsd,
    /// The version of the price that it was estimated with.
    pub price_version: Option<u32>,
    /// What would pass, where money decides.
    pub affordable: Option<Affordable>,
}

/// Rehearses requests.
#[derive(Clone)]
pub struct Simulations {
    unit: Arc<dyn UnitOfWork>,
    dispatcher: Arc<Dispatcher>,
    ids: Arc<dyn Ids>,
}

impl Simulations {
    /// Over these ports.
    pub fn new(unit: Arc<dyn UnitOfWork>, dispatcher: Arc<Dispatcher>, ids: Arc<dyn Ids>) -> Self {
        Self { unit, dispatcher, ids }
    }

    /// What a request of that agent would lead to.
    ///
    /// # Errors
    ///
    /// See [`SimulationError`]: an unknown agent or operation, a payload that does not fit, no store.
    pub async fn check(&self, caller: &UserCaller, rehearsal: Rehearsal) -> Result<Simulation, SimulationError> {
        let Rehearsal { agent, mode, request } = rehearsal;
        // The key is found in the transaction; until then any id stands for it.
        let anybody =
            AgentCaller { org: caller.org, agent, credential: upivia_domain::CredentialId::new(self.ids.uuid()), mode };
        let (payload, now) = (request.payload.clone(), self.dispatcher.clock().now());
        let admit = self.dispatcher.rehearse(&anybody, request)?;
        let probe = Admit {
            id: upivia_domain::RequestId::new(self.ids.uuid()),
            screening: Screening::Accepted { estimate: MORE_THAN_ANY_LIMIT, applied_max_tokens: None },
            ..admit.clone()
        };
        let (operation, price_version) = (admit.operation.clone(), admit.price_version);
        let rehearsed = transact(&*self.unit, &[caller.org], move |tx| Box::pin(rehearse(tx, admit, probe))).await;
        match rehearsed {
            Err(Ended::Rehearsed(decided, figures)) => {
                let affordable = Affordable::of(self.dispatcher.catalog(), &operation, &payload, &figures, now);
                Ok(Simulation {
                    state: decided.state,
                    reasons: decided.reasons.to_vec(),
                    estimate: decided.estimate,
                    price_version,
                    affordable,
                })
            }
            Err(Ended::Error(error)) => Err(error),
            Ok(never) => match never {},
        }
    }
}

/// How the transaction ends: never with a commit.
enum Ended {
    Rehearsed(Box<ServiceRequest>, Vec<Reason>),
    Error(SimulationError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

enum Never {}

async fn rehearse(tx: &mut dyn Tx, mut admit: Admit, mut probe: Admit) -> Result<Never, Ended> {
    let not_found = || Ended::Error(SimulationError::NotFound("agent"));
    let agent = tx.agents().find(admit.org, admit.agent).await?.ok_or_else(not_found)?;
    if agent.status == AgentStatus::Deleted {
        return Err(not_found());
    }
    let now = tx.now();
    let keys = tx.credentials().active_agent_keys(admit.org, admit.agent, admit.mode).await?;
    let Some(key) = keys.into_iter().find(|key| key.status.is_valid(now)) else {
        return Err(Ended::Error(SimulationError::NoKey));
    };
    (admit.credential, probe.credential) = (key.id, key.id);
    // Asked first: it is refused, so it leaves nothing that the second could see.
    let figures = if matches!(admit.kind, AdmitKind::BudgetReport { .. }) {
        Vec::new()
    } else {
        apply(tx, probe).await?.reasons.to_vec()
    };
    Err(Ended::Rehearsed(apply(tx, admit).await?, figures))
}

async fn apply(tx: &mut dyn Tx, admit: Admit) -> Result<Box<ServiceRequest>, Ended> {
    match tx.apply(&Command::Admit(Box::new(admit))).await? {
        Ok(Outcome::Request { request, .. }) => Ok(request),
        Ok(Outcome::Recorded { .. } | Outcome::Spawned { .. }) => Err(Ended::Error(SimulationError::Unavailable)),
        Err(refusal) => Err(Ended::Error(refusal.into())),
    }
}

impl Simulation {
    /// The code that the request would carry, where it would not simply be executed.
    pub fn reason(&self) -> Option<ReasonCode> {
        self.reasons.first().map(|reason| reason.code)
    }
}
