//! Whose an identity of a provider becomes: known by issuer and subject, linked by a verified address, joined where the
//! operator says so, and refused otherwise. Each first time is in the chains.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use upivia_application::{
    access::{Author, UserCaller},
    bootstrap::{Bootstrap, Bootstrapped, NewOrganization},
    sign_in::{Arrival, Federation, FederationError, JoinTerms, Lifetimes, Return, SignInError, SignIns, SignInsParts},
    verify::{verify_audit, verify_ledger},
};
use upivia_domain::{
    NanoUsd, OrgId, Secret, Timestamp,
    identity::{AuthorizationReply, Cookie, LinkedIdentity, OrgRole, ProvenIdentity, SignIn, SignInAttempt},
    ports::{
        CredentialQueries, IdentityFault, IdentityProvider, JournalFilter, JournalQueries, MockAttemptSealer,
        MockPasswordHasher, MockSessionCodec, PeopleQueries, StoreError, transact,
    },
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

const ISSUER: &str = "https://id.example";

/// Believes whoever stands in front of it to be the one who was put there.
#[derive(Default)]
struct Believes(Mutex<Option<ProvenIdentity>>);

#[async_trait]
impl IdentityProvider for Believes {
    fn issuer(&self) -> String {
        ISSUER.to_owned()
    }

    async fn authorization_url(&self, _attempt: &SignInAttempt) -> Result<String, IdentityFault> {
        Err(IdentityFault::Unavailable("nobody leaves in these tests".to_owned()))
    }

    async fn exchange(
        &self,
        _reply: &AuthorizationReply,
        _attempt: &SignInAttempt,
        _now: Timestamp,
    ) -> Result<ProvenIdentity, IdentityFault> {
        self.0.lock().unwrap().clone().ok_or_else(|| IdentityFault::Refused("nobody is there".to_owned()))
    }
}

struct World {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    provider: Arc<Believes>,
    acme: Bootstrapped,
}

impl World {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let store = MemoryStore::new(clock.clone());
        let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy, hasher);
        let (name, email) = ("Acme".parse().unwrap(), "ada@acme.example".parse().unwrap());
        let acme = bootstrap.create(NewOrganization { name, email, fund: NanoUsd::ZERO, zone: Zone::UTC }).await;
        Self { store, clock, ids, provider: Arc::default(), acme: acme.unwrap() }
    }

    fn sign_ins(&self, terms: JoinTerms) -> SignIns {
        let mut attempts = MockAttemptSealer::new();
        attempts.expect_open().returning(|sealed, _, _| (sealed == "sealed").then(attempt));
        let mut codec = MockSessionCodec::new();
        codec.expect_encode().returning(|claims| Ok(vec![Cookie::new("session", claims.subject.clone())]));
        SignIns::new(SignInsParts {
            unit: self.store.clone(),
            credentials: self.store.clone(),
            people: self.store.clone(),
            passwords: Arc::new(MockPasswordHasher::new()),
            codec: Arc::new(codec),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            lifetimes: Lifetimes::default(),
            federation: Some(Federation {
                id: "oidc",
                name: "Provider".to_owned(),
                provider: self.provider.clone(),
                attempts: Arc::new(attempts),
                entropy: Arc::new(SequenceEntropy::new(2)),
                terms,
            }),
        })
    }

    /// Somebody comes back from the provider as that person.
    async fn arrive(&self, terms: &JoinTerms, subject: &str, email: Option<&str>) -> Result<Arrival, FederationError> {
        *self.provider.0.lock().unwrap() = Some(ProvenIdentity {
            issuer: ISSUER.to_owned(),
            subject: subject.to_owned(),
            email: email.map(|email| email.parse().unwrap()),
            name: None,
        });
        self.sign_ins(terms.clone()).arrive("oidc", back("sealed")).await
    }

    async fn kinds(&self, org: OrgId) -> Vec<String> {
        let events = self.store.events(org, &JournalFilter::default(), 100).await.unwrap();
        events.into_iter().map(|event| event.kind.into_owned()).collect()
    }

    async fn verify(&self) {
        verify_ledger(&*self.store).await.unwrap();
        verify_audit(&*self.store).await.unwrap();
    }
}

fn attempt() -> SignInAttempt {
    SignInAttempt { landing: Some("/agents".to_owned()), ..SignInAttempt::begin(&SequenceEntropy::new(3)) }
}

fn back(sealed: &str) -> Return {
    let text = |text: &str| Secret::new(text.to_owned());
    let reply = AuthorizationReply { code: text("code"), state: text("state"), issuer: None };
    Return { sealed: Some(sealed.to_owned()), reply, trace: Some("walk".into()) }
}

fn joining(org: OrgId) -> JoinTerms {
    JoinTerms { email_domains: vec!["acme.example".to_owned()], auto_join: Some(org) }
}

#[tokio::test]
async fn a_verified_address_links_once_and_from_then_on_the_subject_counts() {
    let (world, terms) = (World::new().await, JoinTerms::default());
    let first = world.arrive(&terms, "1", Some("Ada@acme.example")).await.unwrap();
    assert_eq!((first.open.user, first.landing.as_deref()), (world.acme.user_id, Some("/agents")));
    let platform = world.kinds(OrgId::PLATFORM).await;
    assert_eq!(platform[0], "user.identity_linked");
    for email in [Some("ada@acme.example"), Some("ada@elsewhere.example"), None] {
        assert_eq!(world.arrive(&terms, "1", email).await.unwrap().open.user, world.acme.user_id);
    }
    assert_eq!(world.kinds(OrgId::PLATFORM).await, platform, "nothing of that changed anything");
    let events = world.store.events(OrgId::PLATFORM, &JournalFilter::default(), 1).await.unwrap();
    assert!(events[0].body.contains(ISSUER) && events[0].body.contains(r#""trace":"walk""#), "{}", events[0].body);
    assert!(!events[0].body.contains("ada@"), "{}", events[0].body);
    world.verify().await;
}

#[tokio::test]
async fn an_address_that_went_to_somebody_else_opens_nothing() {
    let (world, terms) = (World::new().await, JoinTerms::default());
    world.arrive(&terms, "1", Some("ada@acme.example")).await.unwrap();
    let heir = world.arrive(&terms, "2", Some("ada@acme.example")).await;
    assert_eq!(heir.unwrap_err(), FederationError::NotLinked);
    assert_eq!(world.store.user_by_identity(ISSUER, "2").await.unwrap(), None);
}

#[tokio::test]
async fn strangers_and_unverified_addresses_are_refused() {
    let (world, terms) = (World::new().await, JoinTerms::default());
    for (subject, email) in [("1", None), ("2", Some("eve@acme.example"))] {
        assert_eq!(world.arrive(&terms, subject, email).await.unwrap_err(), FederationError::NotAdmitted);
    }
    let domain = JoinTerms { email_domains: vec!["other.example".to_owned()], ..terms.clone() };
    let ada = world.arrive(&domain, "3", Some("ada@acme.example")).await;
    assert_eq!(ada.unwrap_err(), FederationError::NotAdmitted);
    world.arrive(&terms, "3", Some("ada@acme.example")).await.unwrap();
    for email in [None, Some("ada@acme.example")] {
        let outside = world.arrive(&domain, "3", email).await;
        assert_eq!(outside.unwrap_err(), FederationError::NotAdmitted, "a domain is asked for every time");
    }
    assert_eq!(world.kinds(OrgId::PLATFORM).await.iter().filter(|kind| *kind == "user.created").count(), 1);
}

#[tokio::test]
async fn where_the_operator_says_so_strangers_of_the_domain_join_as_members() {
    let world = World::new().await;
    let terms = joining(world.acme.org_id);
    for (email, admitted) in [(Some("eve@other.example"), false), (None, false), (Some("eve@acme.example"), true)] {
        assert_eq!(world.arrive(&terms, "9", email).await.is_ok(), admitted, "{email:?}");
    }
    let eve = world.store.user_by_identity(ISSUER, "9").await.unwrap().unwrap();
    let membership = world.store.membership(world.acme.org_id, eve.id).await.unwrap().unwrap();
    assert_eq!(membership.role, OrgRole::Member);
    assert_eq!(world.kinds(world.acme.org_id).await[0], "membership.created");
    assert_eq!(world.kinds(OrgId::PLATFORM).await[..2], ["user.identity_linked", "user.created"]);
    let again = world.arrive(&terms, "9", Some("eve@acme.example")).await.unwrap();
    assert_eq!(again.open.user, eve.id);
    world.verify().await;
}

#[tokio::test]
async fn an_organization_that_does_not_exist_takes_nobody() {
    let world = World::new().await;
    let nowhere: OrgId = "org_0000000000000000000000".parse().unwrap();
    let refused = world.arrive(&joining(nowhere), "9", Some("eve@acme.example")).await;
    assert!(matches!(refused, Err(FederationError::NotAdmitted | FederationError::Unavailable)));
    assert_eq!(world.store.user_by_email(&"eve@acme.example".parse().unwrap()).await.unwrap(), None);
    world.verify().await;
}

#[tokio::test]
async fn without_an_attempt_nobody_is_asked() {
    let world = World::new().await;
    let sign_ins = world.sign_ins(JoinTerms::default());
    for forged in [back("forged"), Return { sealed: None, ..back("") }] {
        assert_eq!(sign_ins.arrive("oidc", forged).await.unwrap_err(), FederationError::Refused);
    }
    assert_eq!(sign_ins.arrive("other", back("sealed")).await.unwrap_err(), FederationError::NotConfigured);
    assert_eq!(sign_ins.depart("other", None).await.unwrap_err(), FederationError::NotConfigured);
    assert_eq!(sign_ins.depart("oidc", None).await.unwrap_err(), FederationError::ProviderUnavailable);
}

#[tokio::test]
async fn the_last_way_in_stays_and_every_other_goes() {
    let world = World::new().await;
    let terms = joining(world.acme.org_id);
    let eve = world.arrive(&terms, "9", Some("eve@acme.example")).await.unwrap().open.user;
    let caller =
        UserCaller::of_role(world.acme.org_id, eve, None, OrgRole::Member, "eve@acme.example".parse().unwrap());
    let author = || Author { caller: caller.clone(), trace: None };
    let sign_ins = world.sign_ins(terms.clone());
    let own = sign_ins.identities(&caller).await.unwrap();
    assert_eq!((own.has_password, own.identities[0].provider.as_deref()), (false, Some("Provider")));
    let id = own.identities[0].identity.id();
    assert!(!id.contains('9') || id.len() == 36, "{id}");
    assert_eq!(sign_ins.unlink(author(), id.clone()).await, Err(SignInError::LastWay));
    assert_eq!(sign_ins.unlink(author(), "idn_nothing".to_owned()).await, Err(SignInError::NotFound));
    // One of a provider that nobody signs in by any more is no way in.
    transact::<(), StoreError, _>(&*world.store, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move {
            let issuer = "https://old.example".to_owned();
            let old = LinkedIdentity { issuer, subject: "9".to_owned(), user: eve, created_at: tx.now() };
            tx.users().link(&old).await
        })
    })
    .await
    .unwrap();
    assert_eq!(sign_ins.unlink(author(), id.clone()).await, Err(SignInError::LastWay));
    let old = sign_ins.identities(&caller).await.unwrap().identities;
    let old = old.iter().find(|one| one.provider.is_none()).unwrap().identity.id();
    sign_ins.unlink(author(), old.clone()).await.unwrap();
    assert_eq!(sign_ins.unlink(author(), old).await, Err(SignInError::NotFound));
    transact::<(), StoreError, _>(&*world.store, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move {
            let password = Some("$argon2id$kept".to_owned().try_into().unwrap());
            tx.users().put_sign_in(&SignIn { password, ..SignIn::none(eve) }).await
        })
    })
    .await
    .unwrap();
    sign_ins.unlink(author(), id).await.unwrap();
    assert_eq!(world.store.user_by_identity(ISSUER, "9").await.unwrap(), None);
    let unlinked = world.kinds(OrgId::PLATFORM).await.iter().filter(|kind| *kind == "user.identity_unlinked").count();
    assert_eq!(unlinked, 2);
    let again = world.arrive(&terms, "9", Some("eve@acme.example")).await.unwrap();
    assert_eq!(again.open.user, eve, "a verified address links anew");
    world.verify().await;
}
