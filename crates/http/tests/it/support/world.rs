//! The API over a store in memory.

use std::sync::{Arc, OnceLock};

use actix_web::{App, body::to_bytes, test};
use serde_json::{Value, json};
use upivia_application::{
    agents::EndingAgents,
    gauges::Sampler,
    mails::Postbox,
    notices::{Follower, FollowerParts, NoticeMails},
    organizations::{ClosingOrganizations, ClosingParts},
    sign_in::SignIns,
    verify::{verify_audit, verify_ledger},
};
use upivia_domain::{
    CredentialId, NanoUsd, NodeId, OrgId, RoleId, Secret, UserId,
    audit::JournalEvent,
    identity::{
        Credential, CredentialKind, CredentialStatus, LinkedIdentity, Membership, OrgRole, PermissionSet, Role, SignIn,
        TokenKind, User,
    },
    ports::{
        CredentialQueries, Ids, JournalFilter, JournalQueries, LedgerScanner, PeopleQueries, StoreError, TokenHasher,
        transact,
    },
};
use upivia_http::{Api, Limits, MetricsAccess, Readiness, configure};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequentialIds};

use super::{
    call::{Call, Reply},
    machine::{Machine, PASSWORD},
    sender::report,
};

/// An organization's ids and credentials as texts.
pub struct Org {
    pub id: String,
    /// The owner's.
    pub email: String,
    /// The token of a link to a new password of the owner.
    pub reset: OnceLock<String>,
    /// Another organization of the owner.
    pub second: OnceLock<String>,
    /// A skill that was proposed for the agent.
    pub proposal: OnceLock<String>,
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

/// Somebody else of Acme.
pub struct Colleague {
    pub user: String,
    pub email: String,
    pub pat: String,
    /// A cookie; they are signed in.
    pub session: String,
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
    sign_ins: SignIns,
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

    /// On a server that knows no mail server.
    pub async fn without_mail() -> Self {
        let machine = Machine { mails: false, ..Machine::new() };
        Self::on(machine, Arc::new(|| Ok(())), Limits::OFF, MetricsAccess::default()).await
    }

    pub async fn made(readiness: Arc<dyn Readiness>, limits: Limits, metrics: MetricsAccess) -> Self {
        Self::on(Machine::new(), readiness, limits, metrics).await
    }

    async fn on(machine: Machine, readiness: Arc<dyn Readiness>, limits: Limits, metrics: MetricsAccess) -> Self {
        let mut acme = machine.organization("Acme", "ada@acme.example", NanoUsd::cents(500)).await;
        let mut other = machine.organization("Other", "bob@other.example", NanoUsd::ZERO).await;
        let api = machine.api(readiness, limits, metrics).await;
        let sign_ins = machine.sign_ins();
        for org in [&mut acme, &mut other] {
            org.session = session(&sign_ins, &org.email).await.unwrap();
        }
        let sampler = tokio::sync::Mutex::new(machine.sampler());
        Self {
            sampler,
            store: machine.store,
            clock: machine.clock,
            hasher: machine.hasher,
            ids: machine.ids,
            sign_ins,
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

    /// Looks once for organizations that are closing and have nothing open any more; how many are closed.
    pub async fn close_organizations(&self) -> usize {
        let parts = ClosingParts {
            unit: self.store.clone(),
            standings: self.store.clone(),
            scanner: self.store.clone(),
            ids: self.ids.clone(),
            node: NodeId::new(self.ids.uuid()),
        };
        ClosingOrganizations::new(parts).sweep().await.unwrap()
    }

    /// The session of an owner in another workspace of theirs.
    pub fn session_in(&self, of: &Org, workspace: &str) -> String {
        format!("{}; upivia-workspace={workspace}", of.session)
    }

    /// A promo code of that word, made by its owner as a platform administrator, where there is none.
    pub async fn promo(&self, of: &Org, code: &str) {
        self.platform_admin(of).await;
        let body = json!({ "code": code, "amount_cents": 700 });
        self.send(Call::post("/admin/promo-codes", &body).cookie(&of.session)).await;
    }

    /// Another workspace of that owner, who is a platform administrator, in the state that the route needs.
    pub async fn administered(&self, of: &Org, route: &str) -> String {
        self.platform_admin(of).await;
        let id = self.workspace(of).await;
        if route.ends_with("/reactivate") {
            let path = format!("/admin/organizations/{id}/suspend");
            self.send(Call::post(&path, &json!({ "reason": "x" })).cookie(&of.session)).await.expect(200);
        }
        if route.ends_with("/payout") {
            let close = Call::post(&format!("/orgs/{id}/close"), &json!({ "confirm": true }));
            self.send(close.cookie(&self.session_in(of, &id))).await.expect(200);
            assert_eq!(self.close_organizations().await, 1);
        }
        id
    }

    /// What a provider that gives no certain answer leaves: the id of the request.
    pub async fn lost(&self, of: &Org) -> String {
        let sent = self.send(Call::post("/service-requests", &mail("lose")).bearer(&of.test)).await.expect(202);
        sent["request_id"].as_str().unwrap().to_owned()
    }

    /// A request that ended and was corrected afterwards: its id.
    pub async fn contradicted(&self, of: &Org) -> String {
        let sent = self.send(Call::post("/service-requests", &mail("accept")).bearer(&of.test)).await.expect(202);
        let id = sent["request_id"].as_str().unwrap().to_owned();
        self.corrected(&id, 1).await;
        self.corrected(&id, 2).await;
        id
    }

    /// The provider says that a request cost so many tenths of a cent.
    pub async fn corrected(&self, id: &str, mills: u32) {
        let (event, cost) = (format!("evt_{id}_{mills}"), format!("0.00{mills}"));
        let said = json!({ "event_id": event, "request_id": id, "status": "executed", "cost_usd": cost });
        self.send(report(self, &said)).await.expect(200);
    }

    /// A new endpoint; its id.
    pub async fn webhook_endpoint(&self, of: &Org) -> String {
        let body = json!({ "url": "https://hooks.example.com/upivia" });
        let made = self.send(Call::post("/webhook-endpoints", &body).bearer(&of.pat)).await.expect(201);
        made["webhook_endpoint"]["id"].as_str().unwrap().to_owned()
    }

    /// A message on its way to an endpoint; the delivery's id.
    pub async fn webhook_delivery(&self, of: &Org, endpoint: &str) -> String {
        let path = format!("/webhook-endpoints/{endpoint}/test");
        let sent = self.send(Call::post(&path, &json!({})).bearer(&of.pat)).await.expect(202);
        sent["id"].as_str().unwrap().to_owned()
    }

    /// Reads every journal to its end, as a server does in the background.
    pub async fn follow(&self) {
        let parts = FollowerParts {
            outbox: self.store.clone(),
            journal: self.store.clone(),
            endpoints: self.store.clone(),
            unit: self.store.clone(),
            mails: NoticeMails {
                postbox: Postbox::new(self.ids.clone(), false),
                organizations: self.store.clone(),
                people: self.store.clone(),
            },
            ids: self.ids.clone(),
            clock: self.clock.clone(),
        };
        let follower = Follower::new(parts);
        while follower.look().await.unwrap() {}
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

    /// What the friend calls an owner; the id of the link.
    pub async fn identity(&self, of: &Org) -> String {
        let user: UserId = of.user.parse().unwrap();
        transact::<_, StoreError, _>(&*self.store, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move {
                let (issuer, created_at) = ("https://friend.test".to_owned(), tx.now());
                let identity = LinkedIdentity { issuer, subject: user.to_string(), user, created_at };
                if tx.users().find_link(&identity.issuer, user).await?.is_none() {
                    tx.users().link(&identity).await?;
                }
                Ok(identity.id())
            })
        })
        .await
        .unwrap()
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

    /// Somebody new in Acme, with that role and the password of everybody.
    pub async fn colleague(&self, role: OrgRole) -> Colleague {
        let (org, user, id) = (self.org().await, UserId::new(self.ids.uuid()), CredentialId::new(self.ids.uuid()));
        let name = id.uuid().simple().to_string();
        let (email, pat) = (format!("{name}@acme.example"), format!("{}{name}", TokenKind::PersonalToken.prefix()));
        let (hash, kind) = (self.hasher.hash(&pat), CredentialKind::PersonalToken { user });
        let owner = self.store.sign_in(self.acme.user.parse().unwrap()).await.unwrap().unwrap();
        let address = email.parse().unwrap();
        transact::<(), StoreError, _>(&*self.store, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                let (created_at, status) = (tx.now(), CredentialStatus::ACTIVE);
                tx.users().insert(&User { id: user, email: address, created_at }).await?;
                tx.users().put_sign_in(&SignIn { password: owner.password, ..SignIn::none(user) }).await?;
                tx.memberships().insert(&Membership { org, user, role }).await?;
                let credential = Credential { id, org, kind, hash, label: "Own".to_owned(), status, created_at };
                tx.credentials().insert(&credential).await
            })
        })
        .await
        .unwrap();
        Colleague { session: self.sign_in(&email).await.unwrap(), user: user.to_string(), email, pat }
    }

    /// The cookie of whoever signs in by the password of everybody; `None` where they are refused.
    pub async fn sign_in(&self, email: &str) -> Option<String> {
        session(&self.sign_ins, email).await
    }

    /// A new custom role of Acme.
    pub async fn role(&self, permissions: PermissionSet) -> RoleId {
        let (org, id) = (self.org().await, RoleId::new(self.ids.uuid()));
        let name = format!("Role {}", id.uuid().simple()).parse().unwrap();
        transact::<(), StoreError, _>(&*self.store, &[org], move |tx| {
            Box::pin(async move {
                let created_at = tx.now();
                tx.roles().insert(&Role { id, org, name, permissions, created_at }).await
            })
        })
        .await
        .unwrap();
        id
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
async fn session(sign_ins: &SignIns, email: &str) -> Option<String> {
    let password = Secret::new(PASSWORD.to_owned());
    let open = sign_ins.sign_in(Some(&email.parse().unwrap()), &password).await.ok()?;
    let pairs = open.cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value.expose()));
    Some(pairs.collect::<Vec<_>>().join("; "))
}

pub fn mail(order: &str) -> Value {
    json!({ "service": "email", "operation": "send", "payload": { "to": "ada@example.com", "subject": order, "body": "Hello." } })
}
