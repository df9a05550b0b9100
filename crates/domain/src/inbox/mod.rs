//! What agents want from people: the inbox of agent requests.
//!
//! Deliberately absent: questions about a paid request above its threshold, which are [`crate::approval`]; and the money
//! that a `budget_increase` may lead to, which is a [`crate::team::BudgetRequest`].

mod request;
mod words;

pub use request::{AgentRequest, AgentRequestKind, AgentRequestStatus};
pub use words::{InvalidLink, Link};
