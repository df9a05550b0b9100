//! Two organizations in memory, an API over them, and a provider that does as the payload says.

mod call;
mod catalog;
mod friend;
mod jar;
mod machine;
mod mails;
mod provider;
pub mod sender;
mod tidy;
mod world;

pub use call::{Call, Reply};
pub use catalog::DEARER_FROM;
pub use jar::Jar;
pub use machine::PASSWORD;
pub use mails::token_in;
pub use tidy::tidy;
pub use world::{Colleague, Org, World, mail};
