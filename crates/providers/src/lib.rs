//! One module per provider API, the sandbox and the registry.
//!
//! Only this crate can call out, and only dispatch calls this crate: so every paid call has a committed hold before it.
//! [`catalog()`] says what is on offer and for how much, [`SchemaCheck`] what a payload must look like, [`Registry`] who
//! executes it. Deliberately absent: money rules (they are in the domain) and any memory of what was charged.

mod catalog;
mod openai;
mod registry;
mod sandbox;
mod schema;
mod setup;

pub use catalog::{ModelEntry, catalog, examples};
pub use openai::{OpenAi, OpenAiSettings};
pub use registry::{Registry, RegistryError};
pub use sandbox::Sandbox;
pub use schema::{InvalidSchema, SchemaCheck};
pub use setup::SetupError;
pub use upivia_egress::{Destination, EgressError, Reach};
