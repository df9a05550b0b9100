//! The hash-chained journal: one event per change, which carries the posting that the change made.

mod chain;
mod event;

pub use chain::{BrokenChain, ChainVerifier, GENESIS, chain_hash, text_digest};
pub use event::{EventDraft, FORMAT_VERSION, JournalEvent, NewEvent, Object, Posting, hex};
