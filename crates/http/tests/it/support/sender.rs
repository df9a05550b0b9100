//! Providers that sign what they send.

use serde_json::Value;
use upivia_domain::{Secret, ports::Clock};
use upivia_webhooks::{CallbackSecrets, HEADER, sign};

use super::{Call, World};

/// The provider of every request in these tests.
pub const PROVIDER: &str = "obedient";
/// One that may call and was given nothing.
pub const STRANGER: &str = "stranger";

pub fn secret(provider: &str) -> String {
    format!("the secret of {provider}, long enough")
}

pub fn all() -> CallbackSecrets {
    let secrets = [PROVIDER, STRANGER].map(|provider| (provider.to_owned(), Secret::new(secret(provider))));
    CallbackSecrets::new(secrets).unwrap()
}

/// Bytes on their way from a provider, signed at the time of the world.
pub fn signed(world: &World, provider: &str, bytes: &str) -> Call {
    let at = world.clock.now().micros() / 1_000_000;
    let header = sign(secret(provider).as_bytes(), bytes.as_bytes(), at);
    sent(provider, bytes).header(HEADER, &header)
}

/// The same without a signature.
pub fn sent(provider: &str, bytes: &str) -> Call {
    let path = format!("/api/v1/webhooks/{provider}/reconcile");
    Call::new("POST", &path).header("content-type", "application/json").bytes(bytes)
}

/// A report of the provider.
pub fn report(world: &World, body: &Value) -> Call {
    signed(world, PROVIDER, &body.to_string())
}
