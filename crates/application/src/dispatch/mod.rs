//! The life of a request: screen, admit, call, settle, answer.

mod call;
mod dispatcher;
mod error;
mod flights;
mod screening;

pub use dispatcher::{Answer, DispatchSettings, Dispatcher, DispatcherParts};
pub use error::DispatchError;
pub use screening::NewRequest;
