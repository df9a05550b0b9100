//! Faults that tests inject. Without a test the store holds [`Fault::None`] for ever.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use upivia_domain::ports::StoreError;

/// What goes wrong next, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// Nothing.
    None = 0,
    /// The next commit, of a batch or a unit of work, is done, and the answer to it is lost.
    LoseCommitAnswer,
    /// The next batch panics after the rules were applied and before anything is written.
    PanicBeforeWriting,
    /// The next batch panics after its rows were written and before they are committed.
    PanicBeforeCommit,
}

/// The fault that waits. Clones share it, so that several nodes of one test can.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<AtomicU8>);

impl Faults {
    /// Lets something go wrong.
    pub fn set(&self, fault: Fault) {
        self.0.store(fault as u8, Ordering::SeqCst);
    }

    /// Whether that fault is next.
    pub(crate) fn is_next(&self, fault: Fault) -> bool {
        self.0.load(Ordering::Relaxed) == fault as u8
    }

    /// Panics where that fault is next.
    #[expect(clippy::panic, reason = "a test asked for it")]
    pub(crate) fn strike(&self, fault: Fault) {
        if self.take(fault) {
            panic!("a fault that a test injected");
        }
    }

    /// Comes between a commit and its answer.
    pub(crate) fn answer(&self) -> Result<(), StoreError> {
        match self.take(Fault::LoseCommitAnswer) {
            true => Err(StoreError::CommitUnknown("a test lost the answer".to_owned())),
            false => Ok(()),
        }
    }

    fn take(&self, fault: Fault) -> bool {
        let taken = |next| (next == fault as u8).then_some(Fault::None as u8);
        self.is_next(fault) && self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, taken).is_ok()
    }
}
