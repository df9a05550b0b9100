//! OpenAPI 3.1 from the table: nothing can be documented that is not served, and nothing served that is not documented.

mod doc;
mod document;
mod operation;

pub use doc::{Body, Doc, Kind, Parameter, Place, SchemaOf, Success};
pub use document::document;
pub(crate) use operation::SIGNATURE;
