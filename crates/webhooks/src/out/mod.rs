//! Messages that leave the server.

mod sender;
mod standard;

pub use upivia_egress::Reach;

pub use sender::{HttpSender, SenderError, SenderSettings};
pub use standard::{MalformedSecret, SECRET_PREFIX, secret_text, signature};
