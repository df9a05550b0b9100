//! The life of a request: screen, admit, call, settle, answer.

mod call;
mod dispatcher;
mod error;
mod flights;
mod forwarded;
#[cfg(feature = "bench-hop")]
mod hop;
mod lag;
mod screening;
mod steps;

pub(crate) use dispatcher::Attempt;
pub use dispatcher::{Answer, DispatchSettings, Dispatcher, DispatcherParts};
pub use error::DispatchError;
pub(crate) use flights::Landing;
pub use lag::{LAG_BOUNDS_MICROS, LagSoFar};
pub use screening::{NewRequest, is_answered_by_the_ledger};
