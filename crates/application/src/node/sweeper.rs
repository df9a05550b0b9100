//! Takes over what dead processes left. A request that may have been sent becomes unknown; its hold stands.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    CommandId, NodeId,
    dispatch::{ProviderAnswer, RequestState, ServiceRequest},
    ledger::{Command, Evidence, Outcome, Settle, TakeOver, Void},
    ports::{Clock, Ids, NodeLease, NodeRegistry, ProviderRegistry, StoreError, Unfinished},
};

use super::Node;
use crate::ledger::{GroupCommit, LedgerError};

/// So many are taken over between two looks at the list.
const AT_ONCE: u32 = 200;

/// What a sweeper needs.
pub struct SweeperParts {
    /// Where the dead are listed.
    pub registry: Arc<dyn NodeRegistry>,
    /// This process.
    pub node: Arc<Node>,
    /// Where takeovers are written.
    pub ledger: Arc<GroupCommit>,
    /// Who may know what became of a call.
    pub providers: Arc<dyn ProviderRegistry>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids of commands.
    pub ids: Arc<dyn Ids>,
    /// How long a dead process's call may still be on its way.
    pub provider_timeout: Duration,
}

/// Looks for the dead again and again.
pub struct Sweeper(SweeperParts);

impl Sweeper {
    /// A sweeper at rest.
    pub const fn new(parts: SweeperParts) -> Self {
        Self(parts)
    }

    /// Sweeps for ever; the task is simply aborted at the end of the process.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "looking for dead processes failed");
            }
            tokio::time::sleep(self.0.node.settings().lease / 3).await;
        }
    }

    /// Looks once; returns how many requests were taken over.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let settings = self.0.node.settings();
        let dead = self.0.registry.bury(self.0.node.id(), self.0.clock.now(), settings.single_process).await?;
        let mut taken = 0;
        for lease in dead {
            taken += self.inherit(lease).await?;
        }
        Ok(taken)
    }

    async fn inherit(&self, dead: NodeLease) -> Result<usize, StoreError> {
        let mut taken = 0;
        loop {
            let left = self.0.registry.unfinished(dead.node, dead.watermark, AT_ONCE).await?;
            if left.is_empty() {
                self.0.registry.forget(dead.node).await?;
                return Ok(taken);
            }
            let mut progress = false;
            for unfinished in left {
                progress |= self.take_over(dead.node, unfinished).await;
                taken += 1;
            }
            if !progress {
                return Err(StoreError::Unavailable("nothing could be taken over".to_owned()));
            }
        }
    }

    async fn take_over(&self, from: NodeId, left: Unfinished) -> bool {
        let to = self.0.node.id();
        let send_timeout_micros = i64::try_from(self.0.provider_timeout.as_micros()).unwrap_or(i64::MAX);
        let command =
            TakeOver { id: self.command(), org: left.org, request: left.request, from, to, send_timeout_micros };
        match self.0.ledger.submit(Arc::new(Command::TakeOver(command))).await {
            Ok(Outcome::Request { request, .. }) => {
                tracing::warn!(request = %request.id, state = %request.state, %from, "took over what a dead process left");
                self.carry_on(&request).await;
                true
            }
            // Somebody else was faster.
            Ok(Outcome::Recorded { .. } | Outcome::Spawned { .. }) | Err(LedgerError::Refused(_)) => true,
            Err(LedgerError::Unavailable | LedgerError::InDoubt) => false,
        }
    }

    async fn carry_on(&self, request: &ServiceRequest) {
        let command = match request.state {
            RequestState::Admitted => Some(self.void(request)),
            RequestState::Unknown => self.ask(request).await,
            _ => None,
        };
        let Some(command) = command else { return };
        if let Err(error) = self.0.ledger.submit(Arc::new(command)).await {
            tracing::warn!(request = %request.id, %error, "a request that was taken over could not be ended");
        }
    }

    fn void(&self, request: &ServiceRequest) -> Command {
        let detail = "the process that admitted the request died before it sent anything".to_owned();
        Command::Void(Void {
            id: self.command(),
            org: request.org,
            request: request.id,
            owner: self.0.node.id(),
            detail,
        })
    }

    // Only the proof of an execution counts here: "not known" may just mean that the call is still on its way.
    async fn ask(&self, request: &ServiceRequest) -> Option<Command> {
        let provider = self.0.providers.find(&request.operation, request.mode)?;
        match provider.lookup(request.id).await? {
            ProviderAnswer::Executed { result, cost, basis, external_id } => Some(Command::Settle(Settle {
                id: self.command(),
                org: request.org,
                request: request.id,
                evidence: Evidence::Provider,
                cost,
                basis,
                result,
                external_id,
            })),
            _ => None,
        }
    }

    fn command(&self) -> CommandId {
        CommandId::new(self.0.ids.uuid())
    }
}
