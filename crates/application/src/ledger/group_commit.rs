//! The entry for single commands.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use tokio::sync::{mpsc, oneshot};
use upivia_domain::{
    OrgId,
    ledger::{Command, Outcome, Refusal},
    ports::{Applied, LedgerStore, StoreError},
};

use super::lane::Lane;

/// So many commands may wait in one lane before callers are turned away.
const MOST_WAITING: usize = 4_096;

/// Why a command has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The rules refuse it; nothing was written.
    #[error(transparent)]
    Refused(Refusal),
    /// The ledger could not decide, and nothing was written. Never a business answer: the caller may try again.
    #[error("the ledger is unavailable")]
    Unavailable,
    /// The command may have been committed. Only [`GroupCommit::submit_again`] ends the doubt.
    #[error("the outcome of a commit is unknown")]
    InDoubt,
}

/// A command on its way, and where its caller waits.
pub(super) struct Job {
    pub(super) command: Arc<Command>,
    /// It may have been applied before.
    pub(super) again: bool,
    pub(super) answer: oneshot::Sender<Result<Outcome, LedgerError>>,
}

impl Job {
    /// Answers the caller; one who went away needs no answer.
    pub(super) fn finish(self, result: Result<Applied, StoreError>) {
        let answer = match result {
            Ok(Applied::Done(result)) => result.map_err(LedgerError::Refused),
            Err(StoreError::CommitUnknown(_)) => Err(LedgerError::InDoubt),
            Ok(Applied::Locked) | Err(_) => Err(LedgerError::Unavailable),
        };
        let _ = self.answer.send(answer);
    }
}

/// Gathers concurrent commands into batches, one lane per shard of organizations.
#[derive(Debug)]
pub struct GroupCommit {
    lanes: Vec<mpsc::Sender<Job>>,
}

impl GroupCommit {
    /// Starts the lanes on the present runtime. They end when the last handle is dropped and their queues are empty.
    pub fn start(store: Arc<dyn LedgerStore>) -> Arc<Self> {
        let lanes = (0..store.lanes().max(1)).map(|_| {
            let (sender, receiver) = mpsc::channel(MOST_WAITING);
            tokio::spawn(Lane::new(Arc::clone(&store)).run(receiver));
            sender
        });
        Arc::new(Self { lanes: lanes.collect() })
    }

    /// Applies one command and waits for its commit. Dropping the future does not take the command back.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Refused`] by a rule; [`LedgerError::Unavailable`] when the store could not decide, or when too many
    /// commands wait already; [`LedgerError::InDoubt`] when the answer to a commit was lost.
    pub async fn submit(&self, command: Arc<Command>) -> Result<Outcome, LedgerError> {
        self.enqueue(command, false).await
    }

    /// The same for a command that may have been applied before: then its recorded outcome comes back.
    ///
    /// # Errors
    ///
    /// As [`GroupCommit::submit`].
    pub async fn submit_again(&self, command: Arc<Command>) -> Result<Outcome, LedgerError> {
        self.enqueue(command, true).await
    }

    async fn enqueue(&self, command: Arc<Command>, again: bool) -> Result<Outcome, LedgerError> {
        let lane = self.lane_of(command.org()).ok_or(LedgerError::Unavailable)?;
        let (answer, waiting) = oneshot::channel();
        lane.try_send(Job { command, again, answer }).map_err(|_| LedgerError::Unavailable)?;
        // A lane that died with the job in its hands may have committed it.
        waiting.await.unwrap_or(Err(LedgerError::InDoubt))
    }

    fn lane_of(&self, org: OrgId) -> Option<&mpsc::Sender<Job>> {
        let mut hasher = DefaultHasher::new();
        org.hash(&mut hasher);
        let shard = usize::try_from(hasher.finish() % u64::try_from(self.lanes.len()).ok()?).ok()?;
        self.lanes.get(shard)
    }
}
