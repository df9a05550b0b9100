//! A new organization is whole, and can be verified; one that could not be made has left nothing.

use upivia_domain::{
    Mode, Timestamp,
    agent::AgentKind,
    budget::{AccountOwner, MeterKey},
    identity::{CredentialKind, OrgRole},
    ports::{AgentQueries, CredentialQueries, LedgerQueries, LedgerScanner},
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

use super::*;
use crate::verify::{verify_audit, verify_ledger};

struct Platform {
    store: Arc<MemoryStore>,
    hasher: Arc<PepperedHasher>,
    bootstrap: Bootstrap,
}

impl Platform {
    fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let (store, hasher) = (MemoryStore::new(clock.clone()), Arc::new(PepperedHasher::new([7; 32])));
        let (ids, entropy) = (Arc::new(SequentialIds::new(clock)), Arc::new(SequenceEntropy::new(1)));
        let bootstrap = Bootstrap::new(store.clone(), ids, entropy, hasher.clone());
        Self { store, hasher, bootstrap }
    }

    async fn create(&self, email: &str, fund: NanoUsd) -> Result<Bootstrapped, BootstrapError> {
        let (name, email) = ("Acme".parse().unwrap(), email.parse().unwrap());
        self.bootstrap.create(NewOrganization { name, email, fund, zone: "Europe/Paris".parse().unwrap() }).await
    }

    async fn wallet(&self, org: OrgId, mode: Mode) -> Option<NanoUsd> {
        let key = MeterKey::Account(mode, AccountOwner::Wallet);
        self.store.meter(org, &key).await.unwrap().map(|meter| meter.posted)
    }

    async fn opened_by(&self, token: &Secret<String>) -> CredentialKind {
        let hash = self.hasher.hash(token.expose());
        self.store.credential(&hash).await.unwrap().unwrap().kind
    }

    async fn organizations(&self) -> usize {
        let heads = self.store.scan().await.unwrap().heads().await.unwrap();
        heads.iter().filter(|head| head.org != OrgId::PLATFORM).count()
    }
}

#[tokio::test]
async fn a_new_organization_is_whole() {
    let platform = Platform::new();
    let made = platform.create("ada@example.com", NanoUsd::cents(5_000)).await.unwrap();
    let (org, store) = (made.org_id, &platform.store);

    let membership = store.membership(org, made.user_id).await.unwrap().unwrap();
    assert_eq!(membership.role, OrgRole::Owner);
    let teams = store.teams(org).await.unwrap();
    assert_eq!(teams.iter().map(|team| (team.id, team.name.as_str())).collect::<Vec<_>>(), [(made.team_id, "Default")]);
    let agents = store.agents(org, Some(made.team_id)).await.unwrap();
    let kinds: Vec<_> = agents.iter().map(|agent| (agent.id, agent.kind)).collect();
    assert_eq!(kinds, [(made.yupi_agent_id, AgentKind::Yupi), (made.agent_id, AgentKind::Standard)]);
    let bound = store.bindings(org, made.agent_id).await.unwrap();
    let bound: Vec<_> = bound.iter().map(|binding| binding.operation.as_str()).collect();
    assert_eq!(bound, ["email.send", "sms.send", "text_generation.generate", "web_search.search"]);

    let agent = made.agent_id;
    assert_eq!(platform.opened_by(&made.agent_key_live).await, CredentialKind::AgentKey { agent, mode: Mode::Live });
    assert_eq!(platform.opened_by(&made.agent_key_test).await, CredentialKind::AgentKey { agent, mode: Mode::Test });
    assert_eq!(platform.opened_by(&made.pat).await, CredentialKind::PersonalToken { user: made.user_id });
    assert_eq!(platform.wallet(org, Mode::Live).await, Some(NanoUsd::cents(5_000)));
    assert_eq!(platform.wallet(org, Mode::Test).await, Some(NanoUsd::cents(10_000)));
}

#[tokio::test]
async fn every_change_has_its_event_and_the_books_are_sound() {
    let platform = Platform::new();
    let made = platform.create("ada@example.com", NanoUsd::ZERO).await.unwrap();
    let mut scan = platform.store.scan().await.unwrap();
    let events = scan.journal(made.org_id, 0, 100).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| &*event.kind).collect();
    let first = ["organization.created", "membership.created", "team.created", "agent.created", "agent.created"];
    let then = [["binding.created"; 4].as_slice(), &["credential.created"; 3], &["transfer.posted"]].concat();
    assert_eq!(kinds, [first.as_slice(), &then].concat());
    assert!(events.iter().all(|event| !event.body.contains("ada@example.com")), "an address is in the chain");
    assert_eq!(platform.wallet(made.org_id, Mode::Live).await, None, "nothing was given, so nothing was posted");

    drop(scan);
    assert_eq!(verify_ledger(&*platform.store).await.unwrap().organizations, 2);
    assert_eq!(verify_audit(&*platform.store).await.unwrap().events, 14);
}

#[tokio::test]
async fn a_person_who_is_known_owns_the_next_organization_too() {
    let platform = Platform::new();
    let first = platform.create("ada@example.com", NanoUsd::ZERO).await.unwrap();
    let second = platform.create("ADA@example.com", NanoUsd::ZERO).await.unwrap();
    assert_eq!(first.user_id, second.user_id);
    assert_ne!(first.org_id, second.org_id);
    assert_ne!(platform.create("bob@example.com", NanoUsd::ZERO).await.unwrap().user_id, first.user_id);
}

#[tokio::test]
async fn a_refusal_at_the_very_end_leaves_nothing() {
    let platform = Platform::new();
    let refused = platform.create("ada@example.com", NanoUsd::from_nanos(-1)).await;
    assert_eq!(refused.err(), Some(BootstrapError::Refused(Refusal::InvalidAmount)));
    assert_eq!(platform.organizations().await, 0);
    platform.create("ada@example.com", NanoUsd::MAX).await.unwrap();
    assert_eq!(platform.organizations().await, 1);
}
