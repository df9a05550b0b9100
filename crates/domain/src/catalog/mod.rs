//! What can be bought: operations, their schemas and their prices.

mod name;
mod operation;
mod price;

pub use name::{InvalidOperation, OperationName};
pub use operation::{Catalog, Operation, PayloadProblem, Quote};
pub use price::{ModelPrice, Price, PriceTable};
