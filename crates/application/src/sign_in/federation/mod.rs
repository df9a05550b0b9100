//! Signing in at a provider of identity: an attempt departs, the browser arrives again, and who that is here.
//!
//! Deliberately absent: the protocol (a port), cookies and redirects (the border), and what the person may do.

mod error;
mod link;

use std::sync::Arc;

use upivia_domain::{
    OrgId, Secret,
    identity::{AuthorizationReply, ProvenIdentity, SignInAttempt, User},
    ports::{AttemptSealer, Entropy, IdentityProvider},
};

pub use error::FederationError;

use super::{OpenSession, SignIns};

/// How long somebody may stay at the provider.
const ATTEMPT_SECONDS: i64 = 10 * 60;

/// A provider of identity and who may come in by it.
pub struct Federation {
    /// What it is called in paths: letters, digits and dashes.
    pub id: &'static str,
    /// What people read on the button.
    pub name: String,
    /// It.
    pub provider: Arc<dyn IdentityProvider>,
    /// Keeps attempts while the browser is away.
    pub attempts: Arc<dyn AttemptSealer>,
    /// Secrets of attempts.
    pub entropy: Arc<dyn Entropy>,
    /// Who may come in.
    pub terms: JoinTerms,
}

/// Who may come in by a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinTerms {
    /// Only people whose verified address is in one of these domains, in lower case; empty = wherever it is.
    pub email_domains: Vec<String>,
    /// People whom nobody knows become members of this organization; absent = they are refused.
    pub auto_join: Option<OrgId>,
}

/// Where the browser goes, and what it keeps meanwhile.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The provider's page.
    pub url: String,
    /// The sealed attempt.
    pub sealed: Secret<String>,
    /// For how many seconds it counts.
    pub seconds: i64,
}

/// Who came back.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Their session.
    pub open: OpenSession,
    /// Where the browser wanted to be.
    pub landing: Option<String>,
}

/// The way back of a browser.
#[derive(Debug, Clone)]
pub struct Return {
    /// The sealed attempt that it kept, if it kept one.
    pub sealed: Option<String>,
    /// What the provider said.
    pub reply: AuthorizationReply,
    /// The id of the HTTP request.
    pub trace: Option<Arc<str>>,
}

impl SignIns {
    /// The provider, where one is configured.
    pub const fn federation(&self) -> Option<&Federation> {
        self.parts.federation.as_ref()
    }

    /// Begins an attempt to sign in at the provider of that name.
    ///
    /// # Errors
    ///
    /// See [`FederationError`].
    pub async fn depart(&self, id: &str, landing: Option<String>) -> Result<Departure, FederationError> {
        let federation = self.named(id)?;
        let attempt = SignInAttempt { landing, ..SignInAttempt::begin(&*federation.entropy) };
        let url = federation.provider.authorization_url(&attempt).await?;
        let ends_at = self.parts.clock.now().plus_seconds(ATTEMPT_SECONDS);
        let sealed = federation.attempts.seal(&attempt, id, ends_at)?;
        Ok(Departure { url, sealed, seconds: ATTEMPT_SECONDS })
    }

    /// Ends an attempt with a session, as a password does. An attempt counts for the browser that began it, until its end,
    /// and once: the provider takes its code no second time.
    ///
    /// # Errors
    ///
    /// See [`FederationError`]; nothing was changed.
    pub async fn arrive(&self, id: &str, back: Return) -> Result<Arrival, FederationError> {
        let federation = self.named(id)?;
        // Before anything is read: whatever ends sessions meanwhile ends this one, too.
        let now = self.parts.clock.now();
        let sealed = back.sealed.as_deref().unwrap_or_default();
        let attempt = federation.attempts.open(sealed, id, now).ok_or(FederationError::Refused)?;
        let identity = federation.provider.exchange(&back.reply, &attempt, now).await?;
        let user = self.whom(federation, identity, back.trace).await?;
        self.oldest(user.id).await.map_err(|_| FederationError::Unavailable)?.ok_or(FederationError::NotAdmitted)?;
        let (user, row) = self.with_row(Some(user)).await?.ok_or(FederationError::NotAdmitted)?;
        tracing::info!(user = %user.id, provider = id, "signed in");
        let open = self.open(user, row.session_from(now), now).map_err(|_| FederationError::Unavailable)?;
        Ok(Arrival { open, landing: attempt.landing })
    }

    fn named(&self, id: &str) -> Result<&Federation, FederationError> {
        self.federation().filter(|federation| federation.id == id).ok_or(FederationError::NotConfigured)
    }

    /// The person of an identity: as it was linked, else by a verified address, else a new one.
    async fn whom(
        &self,
        federation: &Federation,
        identity: ProvenIdentity,
        trace: Option<Arc<str>>,
    ) -> Result<User, FederationError> {
        if !federation.terms.admit(&identity) {
            tracing::info!(provider = federation.id, "an address outside the allowed domains was refused");
            return Err(FederationError::NotAdmitted);
        }
        let known = self.parts.people.user_by_identity(&identity.issuer, &identity.subject).await?;
        match known {
            Some(user) => Ok(user),
            None => self.link(federation, identity, trace).await,
        }
    }
}

impl JoinTerms {
    /// Whether the domains allow it. An address that is not verified is in none.
    fn admit(&self, identity: &ProvenIdentity) -> bool {
        let domain = identity.email.as_ref().and_then(|email| email.as_str().rsplit_once('@'));
        self.email_domains.is_empty()
            || domain.is_some_and(|(_, domain)| self.email_domains.iter().any(|allowed| allowed == domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_the_whole_domain_of_a_verified_address() {
        let terms = |domains: &[&str]| JoinTerms {
            email_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            auto_join: None,
        };
        let identity = |email: Option<&str>| ProvenIdentity {
            issuer: "https://id.example".to_owned(),
            subject: "1".to_owned(),
            email: email.map(|email| email.parse().unwrap()),
            name: None,
        };
        let ours = terms(&["acme.example", "acme.test"]);
        assert!(ours.admit(&identity(Some("Ada@Acme.example"))));
        for stranger in [None, Some("a@sub.acme.example"), Some("a@evilacme.example"), Some("a@acme.example.evil")] {
            assert!(!ours.admit(&identity(stranger)), "{stranger:?}");
        }
        assert!(terms(&[]).admit(&identity(None)));
    }
}
