//! A provider of identity that knows whoever names themselves in a code: `subject=address`, each code once.

use std::{
    collections::HashSet,
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex},
};

use upivia_domain::{
    Timestamp,
    identity::{AuthorizationReply, ProvenIdentity, SignInAttempt},
    ports::{IdentityFault, IdentityProvider},
};

/// What it is called in paths.
pub const ID: &str = "oidc";

type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[derive(Clone, Default)]
pub struct Friend {
    used: Arc<Mutex<HashSet<String>>>,
}

impl Friend {
    fn identify(&self, reply: &AuthorizationReply, attempt: &SignInAttempt) -> Result<ProvenIdentity, IdentityFault> {
        if reply.state != attempt.state {
            return Err(IdentityFault::Refused("the state is another attempt's".to_owned()));
        }
        let code = reply.code.expose();
        if code == "down" {
            return Err(IdentityFault::Unavailable("it is down".to_owned()));
        }
        let known = code.split_once('=').filter(|_| self.used.lock().unwrap().insert(code.clone()));
        let (subject, email) = known.ok_or_else(|| IdentityFault::Refused("the code does not count".to_owned()))?;
        let (issuer, subject) = ("https://friend.test".to_owned(), subject.to_owned());
        Ok(ProvenIdentity { issuer, subject, email: email.parse().ok(), name: None })
    }
}

// What `async_trait` would write: this crate has no use for the macro elsewhere.
impl IdentityProvider for Friend {
    fn issuer(&self) -> String {
        "https://friend.test".to_owned()
    }

    fn authorization_url<'a, 'b, 'c>(&'a self, attempt: &'b SignInAttempt) -> Pending<'c, Result<String, IdentityFault>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        let url = format!("https://friend.test/authorize?state={}", attempt.state.expose());
        Box::pin(ready(Ok(url)))
    }

    fn exchange<'a, 'b, 'd, 'c>(
        &'a self,
        reply: &'b AuthorizationReply,
        attempt: &'d SignInAttempt,
        _now: Timestamp,
    ) -> Pending<'c, Result<ProvenIdentity, IdentityFault>>
    where
        'a: 'c,
        'b: 'c,
        'd: 'c,
        Self: 'c,
    {
        Box::pin(ready(self.identify(reply, attempt)))
    }
}
