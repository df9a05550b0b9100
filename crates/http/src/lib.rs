//! The border: parse, one call, present. Routes, bodies, authentication, the one mapping of errors, and OpenAPI.
//!
//! Everything that a route is stands in one table ([`routes`]): from it come the registration, the accepted credentials,
//! the permission, the OpenAPI entry and the tests that walk every route. Deliberately absent: rules, SQL, transactions.
//!
//! A server needs nothing around it: every answer, also to unknown paths, wrong methods and panics, is made here.
//!
//! ```text
//! let api = Api::new(ApiParts { … });
//! HttpServer::new(move || App::new().configure(upivia_http::configure(Arc::clone(&api))))
//! ```

mod api;
mod auth;
mod bearer;
mod body;
mod cookies;
mod csv;
mod endpoint;
mod error;
mod field_guards;
mod fields;
mod forgery;
mod guard;
mod headers;
mod input;
mod metrics;
pub mod openapi;
mod query;
mod registration;
pub mod route;
mod session;
mod site;
mod table;
mod trace;
mod v1;

pub use api::{Api, ApiParts, Readiness};
pub use body::LARGEST_BODY;
pub use error::ApiError;
pub use field_guards::{FIELD_GUARDS, FieldGuard};
pub use guard::Limits;
pub use input::Input;
pub use metrics::{MetricsAccess, Writes, WritesSoFar};
pub use registration::{PREFIXES, configure};
pub use site::Site;
pub use table::routes;
