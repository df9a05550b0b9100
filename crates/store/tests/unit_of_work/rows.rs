//! Rows: whom they may refer to, and what happens when they cannot be read.

use upivia_domain::{
    AgentId, CredentialId, Mode, OrgId, TeamId, UserId,
    agent::Agent,
    identity::{Credential, CredentialHash, CredentialKind, CredentialStatus, User},
    ports::{AgentQueries, BoxFuture, CredentialQueries, JournalFilter, JournalQueries, StoreError, Tx, transact},
    team::{Allocation, Team},
};
use upivia_ports_tests::NOON;
use upivia_store::Store;

use crate::support::{
    raw::Raw,
    tenant::{Tenant, fresh},
};

async fn attempt<F>(store: &Store, org: OrgId, change: F) -> Result<(), StoreError>
where
    F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> + Send + 'static,
{
    transact(store, &[org], change).await
}

async fn assert_constraint<F>(store: &Store, org: OrgId, change: F)
where
    F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> + Send + 'static,
{
    let result = attempt(store, org, change).await;
    assert!(matches!(result, Err(StoreError::Constraint(_))), "{result:?}");
}

/// Foreign keys alone would let a row point into another organization.
pub async fn rows_refer_to_their_own_organization_only(raw: Raw) {
    let (own, other) = (Tenant::found(&raw.store).await, Tenant::found(&raw.store).await);
    let (store, org) = (&raw.store, own.org);
    let foreign = team(other.org);
    let new = foreign.clone();
    attempt(store, other.org, move |tx| Box::pin(async move { tx.teams().insert(&new).await })).await.unwrap();
    let mine = store.agent(org, own.agent).await.unwrap().expect("the agent");
    let (owner, misplaced) = (mine.owner, Some(foreign.id));

    let hired = Agent { id: fresh("agt_"), team: misplaced, ..mine.clone() };
    assert_constraint(store, org, move |tx| Box::pin(async move { tx.agents().insert(&hired).await })).await;
    let moved = Agent { team: misplaced, ..mine };
    assert_constraint(store, org, move |tx| Box::pin(async move { tx.agents().update(&moved).await })).await;
    let taken = Agent { id: other.agent, team: None, ..store.agent(org, own.agent).await.unwrap().expect("the agent") };
    assert_constraint(store, org, move |tx| Box::pin(async move { tx.agents().update(&taken).await })).await;
    let share = Allocation { team: foreign.id, user: owner, day_cap: None, month_cap: None, life_cap: None };
    assert_constraint(store, org, move |tx| Box::pin(async move { tx.teams().put_allocation(org, &share).await }))
        .await;
    let key = key(org, other.agent);
    assert_constraint(store, org, move |tx| Box::pin(async move { tx.credentials().insert(&key).await })).await;
    let renamed = Team { org, ..foreign };
    assert_constraint(store, org, move |tx| Box::pin(async move { tx.teams().update(&renamed).await })).await;
}

/// People belong to the installation: without its row nobody is added.
pub async fn people_are_added_under_the_platforms_lock(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let user = User { id: fresh("usr_"), email: "eve@example.com".parse().unwrap(), created_at: NOON };
    let id: UserId = user.id;
    let added =
        attempt(&raw.store, tenant.org, move |tx| Box::pin(async move { tx.users().insert(&user).await })).await;
    assert!(matches!(added, Err(StoreError::Internal(_))), "{added:?}");
    assert_eq!(raw.store.user(id).await.unwrap(), None);
}

/// Table, column and key of the row, and never its values.
pub async fn a_row_that_cannot_be_read_is_named(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    raw.execute("UPDATE agents SET kind = 'mystery'; UPDATE bindings SET day_count = -1;").await.unwrap();
    raw.execute("UPDATE credentials SET mode = NULL;").await.unwrap();
    let agent = raw.store.agent(tenant.org, tenant.agent).await.unwrap_err();
    let binding = raw.store.bindings(tenant.org, tenant.agent).await.unwrap_err();
    let hash = hash_of(tenant.credential);
    let credential = raw.store.credential(&hash).await.unwrap_err();
    for (error, column, key) in [
        (agent, "agents.kind", tenant.agent.to_string()),
        (binding, "bindings.day_count", format!("{} email.send", tenant.agent)),
        (credential, "credentials.", tenant.credential.to_string()),
    ] {
        let StoreError::Internal(text) = error else { panic!("{error}") };
        assert!(text.contains(column) && text.contains(&format!("row {key}")), "{text}");
    }
}

/// The name of a service is compared, not matched.
pub async fn a_service_is_no_pattern(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    tenant.admitted(&raw.store).await;
    for (service, expected) in
        [("email", 1), ("e%", 0), ("_mail", 0), ("EMAIL", 0), ("email.send", 0), ("", 0), ("%", 0)]
    {
        let filter = JournalFilter { service: Some(service.to_owned()), ..JournalFilter::default() };
        let events = raw.store.events(tenant.org, &filter, 10).await.unwrap();
        assert_eq!(events.len(), expected, "{service}");
    }
}

fn team(org: OrgId) -> Team {
    let (id, name) = (fresh::<TeamId>("team_"), "Postmen".parse().unwrap());
    Team { id, org, name, has_pool: false, month_cap: None, created_at: NOON }
}

fn key(org: OrgId, agent: AgentId) -> Credential {
    let id = fresh("key_");
    let kind = CredentialKind::AgentKey { agent, mode: Mode::Live };
    Credential {
        id,
        org,
        kind,
        hash: hash_of(id),
        label: "key".to_owned(),
        status: CredentialStatus::ACTIVE,
        created_at: NOON,
    }
}

// As the tenant's own key has it.
fn hash_of(id: CredentialId) -> CredentialHash {
    let mut hash = [7; 32];
    hash[..16].copy_from_slice(id.uuid().as_bytes());
    CredentialHash(hash)
}
