//! Publishing: somebody asks to show a thing of theirs to more people, somebody else looks at it and says yes or no.
//!
//! What is approved is the manifest that stood in the request: a thing that changes afterwards is published again, by a new
//! request. The things are agents now; [`Subject`] and [`Content`] are where another kind begins.

mod manifest;
mod publication;
mod scope;

pub use manifest::{AgentTemplate, Content, Manifest};
pub use publication::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus};
pub use scope::{PublishScope, Subject};
