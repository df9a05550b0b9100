//! Webhooks that leave the server: who wants to be told what, what is on its way, and what of the journal is told at all.
//!
//! Deliberately absent: signatures and calls (they are behind [`crate::ports::WebhookSender`]), and messages that come in.

mod delivery;
mod endpoint;
mod event;
mod news;
mod retry;

pub use delivery::{Attempt, Delivery, DeliveryStatus};
pub use endpoint::{Endpoint, EndpointStatus, EndpointUrl, InvalidUrl, SigningSecrets};
pub use event::WebhookEvent;
pub use news::{News, envelope, news};
pub use retry::{GAVE_UP_AFTER, pause_micros};
