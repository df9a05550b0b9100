//! This process among others: its lease, what it has in hand, and what the dead left.

mod in_hand;
mod lease;
mod sweeper;

pub use in_hand::{Held, InHand};
pub use lease::{Node, NodeSettings, Sending};
pub use sweeper::{Sweeper, SweeperParts};
