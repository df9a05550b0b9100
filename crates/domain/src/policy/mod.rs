//! Which account pays and which limits hold, from the rows of an agent and those it descends from.

mod resolve;
mod rows;
mod stop;
mod tasks;

pub use resolve::{Resolution, funding_account, resolve, resolve_gift};
pub use rows::{AgentPolicy, CredentialPolicy, PolicyRows, SpendContext};
pub use stop::{InvalidStopScope, Stop, StopScope};
pub use tasks::{TaskProblem, TaskTerms, Tasks};
