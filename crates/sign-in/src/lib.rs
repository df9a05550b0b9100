//! How people prove who they are: hashes of passwords, session cookies that a Next.js application shares, and sign-in by
//! OpenID Connect. Fulfils the ports of `upivia_domain::ports` about signing in.
//!
//! Deliberately absent: routes, storage, and what a proven person may do. Nothing here reaches a paid provider: the one
//! HTTP client speaks to the identity provider that the operator configured.

pub mod oidc;
pub mod password;
pub mod session;
