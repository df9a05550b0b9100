//! Asks providers about what is running or unknown, until it ends. Each node asks about its own.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{StreamExt, stream};
use tokio::time::Instant;
use upivia_domain::{
    CommandId,
    catalog::Catalog,
    dispatch::{ProviderAnswer, RequestState, ServiceRequest},
    ledger::{Command, Outcome},
    ports::{Clock, Entropy, Ids, NodeRegistry, ProviderRegistry, RequestQueries, StoreError, Unfinished},
};

use super::{
    deadline::{self, after, waits_since},
    evidence::{self, Asker},
    schedule::Schedule,
};
use crate::{ledger::GroupCommit, node::Node};

/// So many open requests of one node are watched.
const MOST_WATCHED: u32 = 20_000;
/// So many providers are asked at the same time.
const SIDE_BY_SIDE: usize = 16;
/// Beyond every request: what is running or unknown is found whatever its age, and nothing else is wanted.
const AHEAD_SECONDS: i64 = 366 * 24 * 60 * 60;

/// How often is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollSettings {
    /// So long after a request was first seen open.
    pub first: Duration,
    /// The pause doubles up to this.
    pub longest: Duration,
    /// A provider that takes longer is asked another time; a call that was sent has arrived, or never will, after twice
    /// this long.
    pub call_limit: Duration,
}

/// What a poller needs.
pub struct PollerParts {
    /// Where open requests are listed.
    pub registry: Arc<dyn NodeRegistry>,
    /// Where they are read.
    pub requests: Arc<dyn RequestQueries>,
    /// This process.
    pub node: Arc<Node>,
    /// Where outcomes are written.
    pub ledger: Arc<GroupCommit>,
    /// Who may know.
    pub providers: Arc<dyn ProviderRegistry>,
    /// Deadlines.
    pub catalog: Arc<Catalog>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids of commands.
    pub ids: Arc<dyn Ids>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// How often.
    pub settings: PollSettings,
}

/// Asks again and again.
pub struct Poller {
    parts: PollerParts,
    schedule: Mutex<Schedule>,
}

impl Poller {
    /// A poller at rest.
    pub fn new(parts: PollerParts) -> Self {
        Self { parts, schedule: Mutex::default() }
    }

    /// Asks for ever; the task is simply aborted at the end of the process.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.look().await {
                tracing::error!(%error, "looking for open requests failed");
            }
            tokio::time::sleep(self.parts.settings.first).await;
        }
    }

    /// Asks about all whose turn it is; returns how many ended.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn look(&self) -> Result<usize, StoreError> {
        let beyond = self.parts.clock.now().plus_seconds(AHEAD_SECONDS);
        let open = self.parts.registry.unfinished(self.parts.node.id(), beyond, MOST_WATCHED).await?;
        let due = self.schedule().due(&open, (self.parts.settings, Instant::now()), || self.chance());
        let turns = stream::iter(due).map(|one| self.turn(one)).buffer_unordered(SIDE_BY_SIDE);
        Ok(turns.filter(|ended| std::future::ready(*ended)).count().await)
    }

    async fn turn(&self, one: Unfinished) -> bool {
        let ended = match self.parts.requests.request(one.org, one.request).await {
            Ok(Some(request)) => self.carry_on(&request).await,
            Ok(None) => false,
            Err(error) => {
                tracing::error!(request = %one.request, %error, "an open request could not be read");
                false
            }
        };
        if !ended {
            self.schedule().postpone(one.request, (self.parts.settings, Instant::now()), self.chance());
        }
        ended
    }

    async fn carry_on(&self, request: &ServiceRequest) -> bool {
        if !matches!(request.state, RequestState::Running | RequestState::Unknown) {
            return request.state.is_ended();
        }
        let Some(command) = self.news(request).await.or_else(|| self.deadline(request)) else { return false };
        match self.parts.ledger.submit(Arc::new(command)).await {
            Ok(Outcome::Request { request, .. }) => {
                tracing::info!(request = %request.id, state = %request.state, "an open request was carried on");
                request.state.is_ended()
            }
            Ok(Outcome::Recorded { .. } | Outcome::Spawned { .. }) => false,
            // For example: a former owner might still send. Asked again later.
            Err(error) => {
                tracing::info!(request = %request.id, %error, "an open request could not be carried on yet");
                false
            }
        }
    }

    async fn news(&self, request: &ServiceRequest) -> Option<Command> {
        let answer = self.ask(request).await?;
        let arrived = after(waits_since(request), self.parts.settings.call_limit.saturating_mul(2));
        // The ledger guards the fence too, but not for a word of somebody who lost the request a moment ago.
        let all_arrived = self.parts.clock.now() >= request.fence_until.map_or(arrived, |fence| fence.max(arrived));
        evidence::command(request, answer, Asker { node: self.parts.node.id(), id: self.command(), all_arrived })
    }

    /// The provider that has the request, if it is still the one for it. A panic or a long silence is no answer.
    async fn ask(&self, request: &ServiceRequest) -> Option<ProviderAnswer> {
        let provider = self.parts.providers.find(&request.operation, request.mode)?;
        if Some(provider.name()) != request.provider {
            return None;
        }
        let id = request.id;
        let asking = tokio::spawn(async move { provider.lookup(id).await });
        tokio::time::timeout(self.parts.settings.call_limit, asking).await.ok()?.ok()?
    }

    fn deadline(&self, request: &ServiceRequest) -> Option<Command> {
        let by = (self.command(), self.parts.node.id());
        deadline::command(&self.parts.catalog, request, by, self.parts.clock.now())
    }

    fn command(&self) -> CommandId {
        CommandId::new(self.parts.ids.uuid())
    }

    fn chance(&self) -> u8 {
        let mut byte = [0];
        self.parts.entropy.fill(&mut byte);
        let [byte] = byte;
        byte
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
