//! The API over a store in memory.

use std::sync::{Arc, OnceLock};

use actix_web::{App, body::to_bytes, test};
use serde_json::{Value, json};
use upivia_application::{
    agents::EndingAgents,
    gauges::Sampler,
    verify::{verify_audit, verify_ledger},
};
use upivia_domain::{
    CredentialId, NanoUsd, NodeId, OrgId, Secret, UserId,
    audit::JournalEvent,
    identity::{Credential, CredentialKind, CredentialStatus, Membership, OrgRole, TokenKind, User},
    ports::{CredentialQueries, Ids, JournalFilter, JournalQueries, LedgerScanner, StoreError, TokenHasher, transact},
};
use upivia_http::{Api, Limits, MetricsAccess, Readiness, configure};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequentialIds};

use super::{
    call::{Call, Reply},
    machine::{Machine, PASSWORD},
};

/// An organization's ids and credentials as texts.
pub struct Org {
    pub id: String,
    /// The owner's.
    pub email: String,
    /// Another organization of the owner.
    pub second: OnceLock<String>,
    /// A request that the body of a call names.
    pub named: OnceLock<String>,
    /// A cookie of the owner, who is signed in.
    pub session: String,
    pub pat: String,
    pub live: String,
    pub test: String,
    pub agent: String,
    pub team: String,
    /// The owner.
    pub user: String,
}

pub struct World {
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    /// Has $5 of live money.
    pub acme: Org,
    /// Never had live money.
    pub other: Org,
    sampler: tokio::sync::Mutex<Sampler>,
    hasher: Arc<PepperedHasher>,
    ids: Arc<SequentialIds>,
    api: Arc<Api>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Arc::new(|| Ok(()))).await
    }

    /// With something that says whether the process is ready.
    pub async fn with(readiness: Arc<dyn Readiness>) -> Self {
        Self::made(readiness, Limits::OFF, MetricsAccess::default()).await
    }

    /// With limits on callers; elsewhere there are none, for the clock of a test stands still.
    pub async fn limited(limits: Limits) -> Self {
        Self::made(Arc::new(|| Ok(())), limits, MetricsAccess::default()).await
    }

    /// With metrics that are read from there.
    pub async fn watched(metrics: MetricsAccess) -> Self {
        Self::made(Arc::new(|| Ok(())), Limits::OFF, metrics).await
    }

    pub async fn made(readiness: Arc<dyn Readiness>, limits: Limits, metrics: MetricsAccess) -> Self {
        let machine = Machine::new();
        let mut acme = machine.organization("Acme", "ada@acme.example", NanoUsd::cents(500)).await;
        let mut other = machine.organization("Other", "bob@other.example", NanoUsd::ZERO).await;
        let api = machine.api(readiness, limits, metrics).await;
        for org in [&mut acme, &mut other] {
            org.session = session(&machine, &org.email).await;
        }
        let sampler = tokio::sync::Mutex::new(machine.sampler());
        Self {
            sampler,
            store: machine.store,
            clock: machine.clock,
            hasher: machine.hasher,
            ids: machine.ids,
            acme,
            other,
            api,
        }
    }

    /// For a server on a real socket.
    pub fn api(&self) -> Arc<Api> {
        Arc::clone(&self.api)
    }

    pub async fn send(&self, call: Call) -> Reply {
        let app = test::init_service(App::new().configure(configure(Arc::clone(&self.api)))).await;
        let response = test::call_service(&app, call.0.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body()).await.expect("a body that ends");
        Reply::new(status, headers, &bytes)
    }

    /// Looks at the books, as a server does in the background.
    pub async fn sample(&self) {
        self.sampler.lock().await.sample().await;
    }

    /// Looks once for agents that are ending and have nothing open any more; how many are gone.
    pub async fn end_agents(&self) -> usize {
        let node = NodeId::new(self.ids.uuid());
        EndingAgents::new(self.store.clone(), self.store.clone(), node).sweep().await.unwrap()
    }

    /// What a provider that gives no certain answer leaves: the id of the request.
    pub async fn lost(&self, of: &Org) -> String {
        let sent = self.send(Call::post("/service-requests", &mail("lose")).bearer(&of.test)).await.expect(202);
        sent["request_id"].as_str().unwrap().to_owned()
    }

    /// The organization that a token belongs to.
    pub async fn org_of(&self, pat: &str) -> OrgId {
        self.store.credential(&self.hasher.hash(pat)).await.unwrap().unwrap().org
    }

    /// A mail by the first agent with test money, whose subject tells the provider what to do.
    pub async fn mail(&self, order: &str) -> Reply {
        self.send(Call::post("/service-requests", &mail(order)).bearer(&self.acme.test)).await
    }

    /// A new agent of Acme with one binding; its id and its test key.
    pub async fn agent(&self, binding: Value) -> (String, String) {
        let body = json!({ "name": "Scout", "services": [binding] });
        let made = self.send(Call::post("/agents", &body).bearer(&self.acme.pat)).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["agent"]["id"]), text(&made["test_api_key"]))
    }

    /// A mail of a new agent of that organization that may spend nothing alone.
    pub async fn question(&self, of: &Org) -> Value {
        let binding = json!({ "operation": "email.send", "approval_threshold_cents": 0 });
        let body = json!({ "name": "Asker", "services": [binding] });
        let made = self.send(Call::post("/agents", &body).bearer(&of.pat)).await.expect(201);
        let key = made["test_api_key"].as_str().unwrap();
        let asked = self.send(Call::post("/service-requests", &mail("please")).bearer(key)).await.expect(200);
        assert_eq!(asked["status"], "approval_required", "{asked}");
        asked
    }

    /// Suspends mail for test money: three times the provider bills more than was held.
    pub async fn suspend(&self, of: &Org) {
        for _ in 0..3 {
            let sent = self.send(Call::post("/service-requests", &mail("overrun")).bearer(&of.test)).await.expect(200);
            assert_eq!(sent["status"], "executed", "{sent}");
        }
    }

    /// What a new agent of that organization wants from people: the id of the request.
    pub async fn asked(&self, of: &Org) -> String {
        let (_, key) = self.agent_of(of).await;
        let body = json!({ "request_type": "clarification", "body": "Which city?" });
        let made = self.send(Call::post("/agent-requests", &body).bearer(&key)).await.expect(201);
        made["request"]["id"].as_str().unwrap().to_owned()
    }

    /// A new agent of that organization that somebody asked to publish: the id of the request.
    pub async fn to_publish(&self, of: &Org, scope: &str) -> String {
        let (agent, _) = self.agent_of(of).await;
        let publish = Call::post(&format!("/agents/{agent}/publish"), &json!({ "scope": scope })).bearer(&of.pat);
        self.send(publish).await.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// The same, approved: the id of the publication.
    pub async fn published(&self, of: &Org, scope: &str) -> String {
        let asked = self.to_publish(of, scope).await;
        let approve = Call::patch(&format!("/publish-requests/{asked}"), &json!({ "action": "approve" }));
        let answered = self.send(approve.bearer(&of.pat)).await.expect(200);
        answered["publication_id"].as_str().unwrap().to_owned()
    }

    /// A new agent of that organization; its id and its test key.
    pub async fn agent_of(&self, of: &Org) -> (String, String) {
        let made = self.send(Call::post("/agents", &json!({ "name": "Scout" })).bearer(&of.pat)).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["agent"]["id"]), text(&made["test_api_key"]))
    }

    /// A new team of that organization without agents, with live money in its pool; its owner may belong to it, with money
    /// of their own.
    pub async fn funded_team(&self, of: &Org, with_owner: bool) -> String {
        let post = async |path: &str, body: Value| self.send(Call::post(path, &body).bearer(&of.pat)).await;
        let team = post("/teams", json!({ "name": "Field" })).await.expect(201)["id"].as_str().unwrap().to_owned();
        let path = format!("/teams/{team}");
        post(&format!("{path}/budget"), json!({ "amount_cents": 200 })).await;
        if with_owner {
            post(&format!("{path}/members"), json!({ "user_id": of.user })).await.expect(201);
            post(&format!("{path}/workers/{}/budget/allocate", of.user), json!({ "amount_cents": 60 })).await;
        }
        team
    }

    /// Makes a person one of those who run the installation.
    pub async fn platform_admin(&self, of: &Org) {
        let user: UserId = of.user.parse().unwrap();
        transact::<(), StoreError, _>(&*self.store, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move { tx.platform_admins().insert(user).await })
        })
        .await
        .unwrap();
    }

    /// A new member of Acme, who is neither owner nor admin; their token.
    pub async fn member(&self) -> String {
        let token = format!("{}member", TokenKind::PersonalToken.prefix());
        let (org, user, id) = (self.org().await, UserId::new(self.ids.uuid()), CredentialId::new(self.ids.uuid()));
        let hash = self.hasher.hash(&token);
        let kind = CredentialKind::PersonalToken { user };
        transact::<(), StoreError, _>(&*self.store, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                let (created_at, status) = (tx.now(), CredentialStatus::ACTIVE);
                tx.users().insert(&User { id: user, email: "eve@acme.example".parse().unwrap(), created_at }).await?;
                tx.memberships().insert(&Membership { org, user, role: OrgRole::Member }).await?;
                let credential = Credential { id, org, kind, hash, label: "Eve".to_owned(), status, created_at };
                tx.credentials().insert(&credential).await
            })
        })
        .await
        .unwrap();
        token
    }

    /// A second workspace of that owner; its id.
    pub async fn workspace(&self, of: &Org) -> String {
        let made = Call::post("/workspaces", &json!({ "name": "Research" })).bearer(&of.pat);
        self.send(made).await.expect(201)["workspace"]["id"].as_str().unwrap().to_owned()
    }

    /// Every event of the store.
    pub async fn events(&self) -> Vec<JournalEvent> {
        let heads = self.store.scan().await.unwrap().heads().await.unwrap();
        let mut all = Vec::new();
        for head in heads {
            all.extend(self.store.events(head.org, &JournalFilter::default(), u32::MAX).await.unwrap());
        }
        all
    }

    /// Acme's events, the newest first.
    pub async fn journal(&self) -> Vec<JournalEvent> {
        self.store.events(self.org().await, &JournalFilter::default(), u32::MAX).await.unwrap()
    }

    async fn org(&self) -> OrgId {
        self.store.credential(&self.hasher.hash(&self.acme.pat)).await.unwrap().unwrap().org
    }

    /// Both verifiers find everything sound.
    pub async fn verify(&self) {
        verify_ledger(&*self.store).await.unwrap();
        verify_audit(&*self.store).await.unwrap();
    }
}

/// The cookie that signing in by the password gives.
async fn session(machine: &Machine, email: &str) -> String {
    let password = Secret::new(PASSWORD.to_owned());
    let open = machine.sign_ins().sign_in(Some(&email.parse().unwrap()), &password).await.unwrap();
    let pairs = open.cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value.expose()));
    pairs.collect::<Vec<_>>().join("; ")
}

pub fn mail(order: &str) -> Value {
    json!({ "service": "email", "operation": "send", "payload": { "to": "ada@example.com", "subject": order, "body": "Hello." } })
}
