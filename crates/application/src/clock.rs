//! Putting the ledgers' time right after a clock that ran ahead. Whether the machine's clock is right now is for people to
//! know: on a database with a clock of its own that one is asked.

use std::sync::Arc;

use upivia_domain::{
    CommandId, OrgId, Timestamp,
    identity::Actor,
    ledger::{Command, Outcome, Refusal, RepairClock, is_ahead},
    ports::{Applied, ApplyMode, Clock, Ids, LedgerScanner, LedgerStore, LockWait, NodeRegistry, StoreError},
};

/// What a repair needs.
pub struct ClockRepairParts {
    /// Where organizations are found.
    pub scanner: Arc<dyn LedgerScanner>,
    /// Where their time is taken back.
    pub ledger: Arc<dyn LedgerStore>,
    /// Leases that were written ahead of time.
    pub registry: Arc<dyn NodeRegistry>,
    /// The clock that is right.
    pub clock: Arc<dyn Clock>,
    /// Ids of commands.
    pub ids: Arc<dyn Ids>,
}

/// An organization whose time was ahead of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// Which.
    pub org: OrgId,
    /// The time that its ledger had used.
    pub last_now: Timestamp,
}

/// Why nothing, or not everything, was repaired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockRepairError {
    /// This machine's clock is the wrong one.
    #[error(
        "the clock of this machine says {ours}, that of the database {theirs}: set this machine's clock right first"
    )]
    OffDatabase {
        /// This machine's.
        ours: Timestamp,
        /// The database's.
        theirs: Timestamp,
    },
    /// The ledger did not accept it.
    #[error("{0} could not be repaired: {1}")]
    Refused(OrgId, Refusal),
    /// The store failed; repeating is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use-case.
pub struct ClockRepair(ClockRepairParts);

impl ClockRepair {
    /// Over these parts.
    pub const fn new(parts: ClockRepairParts) -> Self {
        Self(parts)
    }

    /// The organizations whose time is more than two seconds ahead of the clock.
    ///
    /// # Errors
    ///
    /// See [`ClockRepairError`].
    pub async fn find(&self) -> Result<Vec<Ahead>, ClockRepairError> {
        self.trust_clock().await?;
        let now = self.0.clock.now();
        let heads = self.0.scanner.scan().await?.heads().await?;
        let ahead = heads.into_iter().filter(|head| is_ahead(head.last_now, now));
        Ok(ahead.map(|head| Ahead { org: head.org, last_now: head.last_now }).collect())
    }

    /// Takes the time of those organizations back, each with an audit event; no usage is changed. Repeated, it finds
    /// nothing.
    ///
    /// # Errors
    ///
    /// See [`ClockRepairError`]; those before the failing one are repaired.
    pub async fn repair(&self) -> Result<Vec<Ahead>, ClockRepairError> {
        let found = self.find().await?;
        // First the leases: what a process of that future left must be found by a watermark of today.
        self.0.registry.rewind(self.0.clock.now()).await?;
        for ahead in &found {
            self.repair_one(ahead.org).await?;
        }
        Ok(found)
    }

    async fn repair_one(&self, org: OrgId) -> Result<(), ClockRepairError> {
        let id = CommandId::new(self.0.ids.uuid());
        let command = Command::RepairClock(RepairClock { id, org, actor: Actor::Operator });
        let mode = ApplyMode { lock: LockWait::Wait, again: false };
        let applied = self.0.ledger.apply(&[Arc::new(command)], mode).await?;
        match applied.into_iter().next() {
            Some(Applied::Done(Ok(Outcome::Recorded { .. } | Outcome::Spawned { .. } | Outcome::Request { .. }))) => {
                Ok(())
            }
            Some(Applied::Done(Err(refusal))) => Err(ClockRepairError::Refused(org, refusal)),
            Some(Applied::Locked) | None => Err(StoreError::LockTimeout.into()),
        }
    }

    async fn trust_clock(&self) -> Result<(), ClockRepairError> {
        let Some(theirs) = self.0.registry.store_now().await? else { return Ok(()) };
        let ours = self.0.clock.now();
        if is_ahead(theirs, ours) || is_ahead(ours, theirs) {
            return Err(ClockRepairError::OffDatabase { ours, theirs });
        }
        Ok(())
    }
}
