//! The life of a request: screen, admit, call, settle, answer.

mod call;
mod dispatcher;
mod error;
mod flights;
#[cfg(feature = "bench-hop")]
mod hop;
mod screening;
mod steps;

pub(crate) use dispatcher::Attempt;
pub use dispatcher::{Answer, DispatchSettings, Dispatcher, DispatcherParts};
pub use error::DispatchError;
pub(crate) use flights::Landing;
pub use screening::NewRequest;
