//! One promise per function.

pub mod approvals;
pub mod batches;
pub mod conflicts;
pub mod corrections;
pub mod decisions;
pub mod faults;
pub mod isolation;
pub mod journals;
pub mod keys;
pub mod lineages;
pub mod lives;
pub mod locks;
pub mod nodes;
pub mod overruns;
pub mod policies;
pub mod races;
pub mod receipts;
pub mod replays;
pub mod requests;
pub mod rows;
pub mod scans;
pub mod teams;
pub mod transactions;
pub mod uniqueness;
pub mod units;
pub mod windows;
