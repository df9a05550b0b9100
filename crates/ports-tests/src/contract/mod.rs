//! One promise per function.

pub mod batches;
