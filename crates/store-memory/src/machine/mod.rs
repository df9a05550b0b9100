//! Time, ids, randomness and hashing without a machine behind them: every value can be foretold.

mod clock;
mod entropy;
mod hasher;
mod ids;

pub use clock::ManualClock;
pub use entropy::SequenceEntropy;
pub use hasher::PepperedHasher;
pub use ids::SequentialIds;
