//! What can be bought: operations, their schemas, their prices, and the most that a payload may cost.

mod deadline;
mod history;
mod name;
mod offer;
mod operation;
mod price;
mod problem;
mod quote;
mod text;

pub use deadline::{AtDeadline, Deadline};
pub use history::{Contradiction, PriceHistory, PriceVersion};
pub use name::{InvalidOperation, OperationName};
pub use offer::{Catalog, PriceProblem};
pub use operation::Operation;
pub use price::{ModelPrice, Price, PriceTable};
pub use problem::PayloadProblem;
pub use quote::{Quote, STEERING, without_nulls};
pub use text::MOST_CHOICES;
