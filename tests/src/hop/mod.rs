//! The load of `cargo xtask bench dispatch`: governed requests beside the hop, the same server without its ledger.
//!
//! Load and provider are as cheap as sockets allow and run on a thread each, whose CPU time is part of the figures: what is
//! measured should be the server.

mod case;
mod figures;
mod http;
mod load;
mod process;
mod provider;
mod sides;

pub use case::{Case, Pace, measure};
pub use figures::{Side, Summary};
pub use load::{Load, Run};
pub use provider::Provider;
pub use sides::Hop;
