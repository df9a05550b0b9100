//! Where the links in mails lead.

use upivia_domain::Secret;

/// Makes links to pages of this server. Their token stands behind a `#`: browsers keep that part to themselves, so it is in
/// no log of a server or proxy.
#[derive(Debug, Clone)]
pub struct Links {
    base: String,
}

impl Links {
    /// Below that address of the server, for example `https://upivia.example.com`. It is the operator's word: what a request
    /// says of its host could lead whoever gets the mail elsewhere.
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    /// To accept an invitation.
    pub fn invite(&self, token: &Secret<String>) -> String {
        format!("{}/api/v1/invites/accept#{}", self.base, token.expose())
    }

    /// To choose a new password.
    pub fn password_reset(&self, token: &Secret<String>) -> String {
        format!("{}/api/v1/auth/password/reset#{}", self.base, token.expose())
    }
}
