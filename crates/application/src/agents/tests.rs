//! Who may change an agent, read where it is changed; and what a change leaves when it does not happen.

use upivia_domain::{
    Mode, NanoUsd, OrgId, TeamId, Timestamp, UserId,
    agent::Character,
    binding::BindingTerms,
    catalog::{Operation, Price, PriceTable},
    identity::{Email, Membership, OrgRole, User},
    ports::{Ids, JournalFilter, JournalQueries, StoreError, transact},
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

use super::*;
use crate::{
    access::{AgentCaller, Principal, UserCaller},
    bootstrap::{Bootstrap, Bootstrapped, NewOrganization},
};

struct Office {
    store: Arc<MemoryStore>,
    ids: Arc<SequentialIds>,
    agents: Agents,
    org: Bootstrapped,
}

impl Office {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
        let store = MemoryStore::new(clock);
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy.clone(), hasher.clone());
        let (name, email) = ("Acme".parse().unwrap(), "a@b.c".parse().unwrap());
        let new = NewOrganization { name, email, fund: NanoUsd::ZERO, zone: Zone::UTC };
        let org = bootstrap.create(new).await.unwrap();
        let parts = AgentsParts {
            unit: store.clone(),
            queries: store.clone(),
            publishing: store.clone(),
            teams: store.clone(),
            journal: store.clone(),
            catalog: Arc::new(catalog()),
            hasher,
            entropy,
            ids: ids.clone(),
        };
        Self { store, ids, agents: Agents::new(parts), org }
    }

    fn owner(&self) -> Author {
        self.author(self.org.user_id)
    }

    /// Somebody whose credential was an owner's when it was read.
    fn author(&self, user: UserId) -> Author {
        let email: Email = "a@b.c".parse().unwrap();
        let caller = UserCaller::of_role(self.org.org_id, user, None, OrgRole::Owner, email);
        Author { caller, trace: None }
    }

    async fn member(&self) -> Author {
        let (org, user) = (self.org.org_id, UserId::new(self.ids.uuid()));
        transact::<_, StoreError, _>(&*self.store, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                let created_at = tx.now();
                tx.users().insert(&User { id: user, email: "eve@b.c".parse().unwrap(), created_at }).await?;
                tx.memberships().insert(&Membership { org, user, role: OrgRole::Member }).await
            })
        })
        .await
        .unwrap();
        self.author(user)
    }

    async fn events(&self) -> usize {
        let filter = JournalFilter::default();
        self.store.events(self.org.org_id, &filter, u32::MAX).await.unwrap().len()
    }
}

fn catalog() -> Catalog {
    let operation = |name: &str| Operation::new(name.parse().unwrap(), "For tests.", Price::Free);
    Catalog::new(["email.send", "sms.read", "sms.send"].map(operation), PriceTable::default())
}

fn new(name: &str) -> NewAgent {
    NewAgent {
        name: name.parse().unwrap(),
        description: None,
        icon: None,
        category: None,
        team: None,
        default_model_id: None,
        system_prompt: None,
        character: Character::default(),
        month_cap: None,
        bindings: Vec::new(),
    }
}

fn service(name: &str) -> Selection {
    Selection::Service(name.to_owned())
}

#[tokio::test]
async fn the_role_counts_that_stands_in_the_transaction() {
    let office = Office::new().await;
    let (demoted, gone) = (office.member().await, office.author(UserId::new(office.ids.uuid())));
    let before = office.events().await;
    let agent = office.org.agent_id;
    for author in [demoted.clone(), gone.clone()] {
        let forbidden = [
            office.agents.set_budget(author.clone(), agent, None).await.err(),
            office.agents.bind(author.clone(), agent, service("sms"), BindingTerms::default()).await.err(),
            office.agents.unbind(author.clone(), agent, "email".to_owned()).await.err(),
            office.agents.rotate_keys(author, agent, None).await.err(),
        ];
        assert!(forbidden.iter().all(|error| matches!(error, Some(AgentError::Forbidden(_)))), "{forbidden:?}");
    }
    assert!(matches!(office.agents.create(gone, new("Mine")).await, Err(AgentError::Forbidden(_))));
    assert_eq!(office.events().await, before);
    assert!(office.agents.create(demoted, new("Mine")).await.is_ok(), "members create agents of their own");
}

#[tokio::test]
async fn a_new_agent_joins_the_default_team_and_belongs_to_its_author() {
    let office = Office::new().await;
    let made = office.agents.create(office.owner(), new("Scout")).await.unwrap();
    assert_eq!((made.agent.team, made.agent.owner), (Some(office.org.team_id), office.org.user_id));
    let keys = [made.keys.live.unwrap(), made.keys.test.unwrap()];
    assert!(keys[0].expose().starts_with("agent_key_live_") && keys[1].expose().starts_with("agent_key_test_"));
    let found = office.agents.find(office.org.org_id, made.agent.id).await.unwrap();
    assert_eq!(found.agent, made.agent);
}

#[tokio::test]
async fn an_agent_that_cannot_be_leaves_nothing() {
    let office = Office::new().await;
    let before = office.events().await;
    let foreign = NewAgent { team: Some(TeamId::new(office.ids.uuid())), ..new("Scout") };
    assert_eq!(office.agents.create(office.owner(), foreign).await.err(), Some(AgentError::NotFound("team")));
    let long = NewAgent { icon: Some("x".repeat(201)), ..new("Scout") };
    assert!(matches!(office.agents.create(office.owner(), long).await, Err(AgentError::Invalid { field: "icon", .. })));
    let unknown = NewBinding { what: service("no_such"), terms: BindingTerms::default() };
    let unknown = NewAgent { bindings: vec![unknown], ..new("Scout") };
    assert!(matches!(
        office.agents.create(office.owner(), unknown).await,
        Err(AgentError::Invalid { field: "service", .. })
    ));
    assert_eq!(office.events().await, before);
    let all = office.agents.list(&Principal::User(office.owner().caller), None).await.unwrap();
    assert_eq!(all.len(), 2, "Yupi and the first agent");
}

#[tokio::test]
async fn a_service_binds_all_of_its_operations_and_goes_with_all_of_them() {
    let office = Office::new().await;
    let (org, agent) = (office.org.org_id, office.org.agent_id);
    let terms = BindingTerms { day_count: Some(3), ..BindingTerms::default() };
    let bound = office.agents.bind(office.owner(), agent, service("sms"), terms).await.unwrap();
    assert_eq!(
        bound.iter().map(|one| (one.operation.as_str(), one.terms)).collect::<Vec<_>>(),
        [("sms.read", terms), ("sms.send", terms)]
    );
    let before = office.agents.find(org, agent).await.unwrap().bindings.len();
    let gone = office.agents.unbind(office.owner(), agent, "sms".to_owned()).await.unwrap();
    assert_eq!(gone.operations.len(), 2);
    assert_eq!(office.agents.find(org, agent).await.unwrap().bindings.len(), before - 2);
}

#[tokio::test]
async fn rotating_leaves_one_key_of_each_mode() {
    let office = Office::new().await;
    let (org, agent) = (office.org.org_id, office.org.agent_id);
    let only = office.agents.rotate_keys(office.owner(), agent, Some(Mode::Live)).await.unwrap();
    assert!(only.live.is_some() && only.test.is_none());
    office.agents.rotate_keys(office.owner(), agent, None).await.unwrap();
    for mode in [Mode::Live, Mode::Test] {
        let active = transact::<_, StoreError, _>(&*office.store, &[org], move |tx| {
            Box::pin(async move { tx.credentials().active_agent_keys(org, agent, mode).await })
        })
        .await;
        assert_eq!(active.unwrap().len(), 1, "{mode}");
    }
}

#[tokio::test]
async fn an_agent_sees_itself_and_no_neighbour() {
    let office = Office::new().await;
    let made = office.agents.create(office.owner(), new("Scout")).await.unwrap().agent;
    let credential = upivia_domain::CredentialId::new(office.ids.uuid());
    let caller = AgentCaller { org: office.org.org_id, agent: made.id, credential, mode: Mode::Test };
    assert_eq!(office.agents.list(&Principal::Agent(caller), None).await, Ok(vec![made]));
}
