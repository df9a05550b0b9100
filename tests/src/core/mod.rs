//! The admission core in this process, over a fresh store: for benches, and for races that need no HTTP.

mod load;
mod machine;
mod target;

pub use load::{Caller, Figures, run};
pub use target::Target;
