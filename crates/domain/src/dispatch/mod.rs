//! One service request from the question to its end.

mod answer;
mod content;
mod idempotency;
mod reference;
mod request;
mod state;
mod tags;

pub use answer::{Basis, ProviderAnswer, ProviderCall, ProviderName};
pub use content::{Content, canonical_json, delegated_task};
pub use idempotency::{IdempotencyKey, InvalidIdempotencyKey};
pub use reference::{InvalidReference, Reference};
pub use request::{Charge, End, HeldWindow, Hold, ServiceRequest};
pub use state::RequestState;
pub use tags::{InvalidTag, InvalidTags, Tag, Tags};
