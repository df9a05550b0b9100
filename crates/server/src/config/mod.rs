//! One configuration out of defaults, a file, the environment and flags, each stronger than the one before.

mod callbacks;
mod check;
mod environment;
mod hidden;
mod load;
mod mail;
mod model;
mod number;
mod oidc;
mod price;
mod settings;
mod show;
mod sign_in;
mod span;
#[cfg(test)]
mod tests;
mod webhooks;

pub use callbacks::{CallbackSettings, callers};
pub use check::check;
pub use environment::Environment;
pub use hidden::Hidden;
pub use load::{Flags, Loaded, load};
pub use mail::mail;
pub use model::ModelSettings;
pub use oidc::{PROVIDER as OIDC, SignInTable, oidc};
pub use price::{PriceSettings, catalog};
pub use settings::Settings;
pub use show::show;
pub use sign_in::{links, session_settings, site};
pub use span::Span;
pub use webhooks::{WebhookTargets, webhook_sender};
