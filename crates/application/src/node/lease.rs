//! The lease: others may believe this process dead when it ends, so nothing is sent near its end.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use upivia_domain::{
    NodeId, Timestamp,
    ledger::is_ahead,
    ports::{Clock, Ids, NodeLease, NodeRegistry, StoreError},
};

use super::InHand;

/// A node whose clock differs more from the store's admits nothing, in microseconds.
const MOST_SKEW_MICROS: u64 = 2_000_000;

/// How a process shows that it is alive.
#[derive(Debug, Clone, Copy)]
pub struct NodeSettings {
    /// How long others believe in it without news.
    pub lease: Duration,
    /// No other process can use the store at the same time.
    pub single_process: bool,
}

/// Permission to send, as it was when an admission began.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// Who admits.
    pub owner: NodeId,
    began: Instant,
}

#[derive(Debug)]
struct State {
    id: NodeId,
    renewed: Instant,
    clock_fault: Option<ClockFault>,
}

/// Why the node's clock cannot be the one that admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClockFault {
    OffDatabase,
    BehindLedger,
}

/// This process.
pub struct Node {
    registry: Arc<dyn NodeRegistry>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    settings: NodeSettings,
    state: Mutex<State>,
    in_hand: InHand,
}

impl Node {
    /// Registers the process and keeps its lease alive as long as a handle exists.
    ///
    /// # Errors
    ///
    /// The registry could not be asked.
    pub async fn start(
        registry: Arc<dyn NodeRegistry>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: NodeSettings,
    ) -> Result<Arc<Self>, StoreError> {
        let state = State { id: NodeId::new(ids.uuid()), renewed: Instant::now(), clock_fault: None };
        let node =
            Arc::new(Self { registry, clock, ids, settings, state: Mutex::new(state), in_hand: InHand::default() });
        node.registry.register(node.lease(node.id())).await?;
        node.check_clock().await?;
        tokio::spawn(keep_alive(Arc::downgrade(&node)));
        Ok(node)
    }

    /// The id under which the process owns requests; a process that was declared dead goes on under a new one.
    pub fn id(&self) -> NodeId {
        self.state().id
    }

    /// How it shows that it is alive.
    pub const fn settings(&self) -> NodeSettings {
        self.settings
    }

    /// What it has in hand.
    pub const fn in_hand(&self) -> &InHand {
        &self.in_hand
    }

    /// Notes that an admission begins now.
    pub fn begin(&self) -> Sending {
        Sending { owner: self.id(), began: Instant::now() }
    }

    /// Whether a call may still be sent: less than half the lease has passed since the admission began, and the lease
    /// under which it began is fresh. Both on the monotonic clock, which also runs while the process is stopped.
    pub fn may_send(&self, sending: &Sending) -> bool {
        let state = self.state();
        state.id == sending.owner
            && sending.began.elapsed() < self.settings.lease / 2
            && state.renewed.elapsed() < self.settings.lease * 3 / 4
    }

    /// Whether the process may admit anything; otherwise why not.
    ///
    /// # Errors
    ///
    /// A sentence for operators.
    pub fn is_ready(&self) -> Result<(), String> {
        let state = self.state();
        if let Some(fault) = state.clock_fault {
            return Err(fault.words().to_owned());
        }
        if state.renewed.elapsed() >= self.settings.lease {
            return Err("the lease of this node could not be renewed".to_owned());
        }
        Ok(())
    }

    /// Ends the lease at once, for an orderly stop: what is left in hand may be taken over now.
    ///
    /// # Errors
    ///
    /// The registry could not be asked.
    pub async fn release(&self) -> Result<(), StoreError> {
        let lease = NodeLease { lease_until: self.clock.now(), ..self.lease(self.id()) };
        self.registry.renew(lease).await.map(|_| ())
    }

    /// Renews the lease and looks at the clocks.
    ///
    /// # Errors
    ///
    /// The registry could not be asked.
    pub async fn renew(&self) -> Result<(), StoreError> {
        self.extend().await?;
        self.check_clock().await
    }

    /// Renews the lease; under a new id where this one was declared dead.
    ///
    /// # Errors
    ///
    /// The registry could not be asked.
    pub async fn extend(&self) -> Result<(), StoreError> {
        let (id, asked) = (self.id(), Instant::now());
        if self.registry.renew(self.lease(id)).await? {
            self.state().renewed = asked;
        } else {
            let reborn = NodeId::new(self.ids.uuid());
            tracing::warn!(dead = %id, %reborn, "this process was declared dead; it goes on under a new id");
            self.registry.register(self.lease(reborn)).await?;
            let mut state = self.state();
            (state.id, state.renewed) = (reborn, asked);
        }
        Ok(())
    }

    async fn check_clock(&self) -> Result<(), StoreError> {
        let fault = if self.is_off_database().await? {
            Some(ClockFault::OffDatabase)
        } else if self.registry.latest_now().await?.is_some_and(|latest| is_ahead(latest, self.clock.now())) {
            Some(ClockFault::BehindLedger)
        } else {
            None
        };
        self.note(fault);
        Ok(())
    }

    async fn is_off_database(&self) -> Result<bool, StoreError> {
        let before = self.clock.now();
        let Some(theirs) = self.registry.store_now().await? else { return Ok(false) };
        let after = self.clock.now();
        Ok(is_off((before, after), theirs))
    }

    fn note(&self, fault: Option<ClockFault>) {
        let mut state = self.state();
        if let Some(fault) = fault.filter(|_| state.clock_fault != fault) {
            tracing::error!(reason = fault.words(), "nothing is admitted");
        }
        state.clock_fault = fault;
    }

    fn lease(&self, node: NodeId) -> NodeLease {
        let now = self.clock.now();
        let micros = i64::try_from(self.settings.lease.as_micros()).unwrap_or(i64::MAX);
        NodeLease { node, lease_until: now.plus_micros(micros), watermark: self.in_hand.watermark(now) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClockFault {
    const fn words(self) -> &'static str {
        match self {
            Self::OffDatabase => "the clock of this node differs from the database's by more than two seconds",
            Self::BehindLedger => {
                "the ledger was last used more than two seconds ahead of the clock of this node: set the clock right, or, if \
                 it was the earlier one that ran ahead, stop the server and run `upivia clock repair`"
            }
        }
    }
}

/// The answer was made between the two readings: only what lies outside them is a difference.
fn is_off((before, after): (Timestamp, Timestamp), theirs: Timestamp) -> bool {
    let ours = theirs.clamp(before.min(after), after.max(before));
    ours.micros().abs_diff(theirs.micros()) > MOST_SKEW_MICROS
}

async fn keep_alive(node: std::sync::Weak<Node>) {
    loop {
        let Some(alive) = node.upgrade() else { return };
        let pause = alive.settings.lease / 4;
        drop(alive);
        tokio::time::sleep(pause).await;
        let Some(alive) = node.upgrade() else { return };
        if let Err(error) = alive.renew().await {
            tracing::error!(%error, "the lease could not be renewed");
        }
    }
}
