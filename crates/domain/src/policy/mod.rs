//! Which account pays and which limits hold, from the rows of an agent and those it descends from.

mod resolve;
mod rows;
mod tasks;

pub use resolve::{Resolution, funding_account, resolve};
pub use rows::{AgentPolicy, CredentialPolicy, PolicyRows, SpendContext};
pub use tasks::{TaskProblem, TaskTerms, Tasks};
