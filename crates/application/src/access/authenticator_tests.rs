//! What a token opens, and what it does not.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use upivia_domain::{
    AgentId, CredentialId, Mode, Timestamp,
    identity::{CredentialStatus, Membership, OrgRole, Permission, PermissionSet, PersonStanding, Role, User},
};

use super::*;

const LIVE_KEY: &str = "agent_key_live_0123";
const TOKEN: &str = "upivia_pat_live_0123";

/// One credential, and how often it was read.
struct Rows {
    credential: Mutex<Option<Credential>>,
    role: Option<OrgRole>,
    suspended: bool,
    scope: Option<PermissionSet>,
    fails: bool,
    reads: AtomicU32,
}

#[async_trait]
impl CredentialQueries for Rows {
    async fn credential(&self, hash: &CredentialHash) -> Result<Option<Credential>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        if self.fails {
            return Err(StoreError::Unavailable("down".to_owned()));
        }
        Ok(self.credential.lock().unwrap().clone().filter(|credential| credential.hash == *hash))
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(Some(User { id, email: "ada@example.com".parse().unwrap(), created_at: Timestamp::default() }))
    }

    async fn membership(&self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError> {
        Ok(self.role.map(|role| Membership { org, user, role }))
    }

    async fn standing(&self, _: OrgId, _: UserId, token: Option<CredentialId>) -> Result<PersonStanding, StoreError> {
        let (role, scope) = (self.role, self.scope.filter(|_| token.is_some()));
        let permissions = role.map(OrgRole::permissions).unwrap_or_default();
        Ok(PersonStanding { role, permissions, suspended: self.suspended, scope, sessions_from: None })
    }

    async fn is_suspended(&self, _: UserId) -> Result<bool, StoreError> {
        Ok(self.suspended)
    }

    async fn roles(&self, _: OrgId) -> Result<Vec<Role>, StoreError> {
        Ok(Vec::new())
    }
}

/// The first bytes of the token itself, so that tests see which token was asked for.
struct FirstBytes;

impl TokenHasher for FirstBytes {
    fn hash(&self, token: &str) -> CredentialHash {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(token.bytes()).for_each(|(slot, byte)| *slot = byte);
        CredentialHash(bytes)
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_000)
    }
}

fn rows(token: &str, kind: CredentialKind) -> Rows {
    let nil = OrgId::PLATFORM.uuid();
    let credential = Credential {
        id: CredentialId::new(nil),
        org: OrgId::new(nil),
        kind,
        hash: FirstBytes.hash(token),
        label: String::new(),
        status: CredentialStatus::ACTIVE,
        created_at: Timestamp::default(),
    };
    Rows {
        credential: Mutex::new(Some(credential)),
        role: Some(OrgRole::Member),
        suspended: false,
        scope: None,
        fails: false,
        reads: AtomicU32::new(0),
    }
}

fn agent_key() -> CredentialKind {
    CredentialKind::AgentKey { agent: AgentId::new(OrgId::PLATFORM.uuid()), mode: Mode::Live }
}

fn personal() -> CredentialKind {
    CredentialKind::PersonalToken { user: UserId::new(OrgId::PLATFORM.uuid()) }
}

fn over(rows: Rows) -> (Arc<Rows>, Authenticator) {
    let rows = Arc::new(rows);
    let credentials: Arc<dyn CredentialQueries> = rows.clone();
    (rows, Authenticator::new(credentials, Arc::new(FirstBytes), Arc::new(Noon)))
}

#[tokio::test]
async fn a_key_speaks_for_its_agent_and_a_token_for_its_owner() {
    let (_, keys) = over(rows(LIVE_KEY, agent_key()));
    assert!(matches!(keys.authenticate(LIVE_KEY).await, Ok(Principal::Agent(AgentCaller { mode: Mode::Live, .. }))));
    let (_, tokens) = over(rows(TOKEN, personal()));
    let Ok(Principal::User(caller)) = tokens.authenticate(TOKEN).await else { panic!("not a person") };
    assert_eq!((caller.role, caller.email.as_str()), (OrgRole::Member, "ada@example.com"));
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_not_even_looked_up() {
    let (rows, access) = over(rows(LIVE_KEY, agent_key()));
    for text in ["", "x", "agent_key_live_", "Bearer agent_key_live_0123", "sk-live-0123"] {
        assert_eq!(access.authenticate(text).await, Err(AccessError::Unauthorized), "{text:?}");
        assert_eq!(access.authenticate_for_dispatch(text).await, Err(AccessError::Unauthorized), "{text:?}");
    }
    assert_eq!(rows.reads.load(Ordering::Relaxed), 0);
    assert_eq!(access.authenticate("agent_key_live_other").await, Err(AccessError::Unauthorized));
}

#[tokio::test]
async fn a_dead_credential_opens_nothing() {
    let dead = [
        CredentialStatus { revoked: true, expires_at: None },
        CredentialStatus { revoked: false, expires_at: Some(Timestamp::from_micros(1_000)) },
    ];
    for status in dead {
        let (rows, access) = over(rows(LIVE_KEY, agent_key()));
        rows.credential.lock().unwrap().as_mut().unwrap().status = status;
        assert_eq!(access.authenticate(LIVE_KEY).await, Err(AccessError::Unauthorized));
        assert_eq!(access.authenticate_for_dispatch(LIVE_KEY).await, Err(AccessError::Unauthorized));
    }
}

#[tokio::test]
async fn a_token_of_somebody_who_left_opens_nothing() {
    let (_, access) = over(Rows { role: None, ..rows(TOKEN, personal()) });
    assert_eq!(access.authenticate(TOKEN).await, Err(AccessError::Unauthorized));
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in() {
    let (_, access) = over(Rows { fails: true, ..rows(LIVE_KEY, agent_key()) });
    assert_eq!(access.authenticate(LIVE_KEY).await, Err(AccessError::Unavailable));
}

#[tokio::test]
async fn only_dispatch_trusts_a_key_it_knows() {
    let (rows, access) = over(rows(LIVE_KEY, agent_key()));
    for _ in 0..3 {
        access.authenticate_for_dispatch(LIVE_KEY).await.unwrap();
    }
    assert_eq!(rows.reads.load(Ordering::Relaxed), 1);
    rows.credential.lock().unwrap().as_mut().unwrap().status.revoked = true;
    assert!(access.authenticate_for_dispatch(LIVE_KEY).await.is_ok(), "its validity is read by the admission");
    assert_eq!(access.authenticate(LIVE_KEY).await, Err(AccessError::Unauthorized));
}

#[tokio::test]
async fn tokens_of_people_are_read_every_time() {
    let (rows, access) = over(rows(TOKEN, personal()));
    access.authenticate_for_dispatch(TOKEN).await.unwrap();
    access.authenticate_for_dispatch(TOKEN).await.unwrap();
    assert_eq!(rows.reads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_token_may_what_it_was_given_and_its_owner_still_may() {
    let given = PermissionSet::from_iter([Permission::UsageRead, Permission::AgentDeleteAny]);
    let (_, tokens) = over(Rows { scope: Some(given), ..rows(TOKEN, personal()) });
    let Ok(Principal::User(caller)) = tokens.authenticate(TOKEN).await else { panic!("not a person") };
    assert!(caller.may(Permission::UsageRead), "both include it");
    assert!(!caller.may(Permission::AgentDeleteAny), "the role does not");
    assert!(!caller.may(Permission::BalanceRead), "the token does not");
}

#[tokio::test]
async fn who_is_kept_out_gets_in_with_no_token_and_their_agents_go_on() {
    let (_, tokens) = over(Rows { suspended: true, ..rows(TOKEN, personal()) });
    assert_eq!(tokens.authenticate(TOKEN).await, Err(AccessError::Unauthorized));
    let (_, keys) = over(Rows { suspended: true, ..rows(LIVE_KEY, agent_key()) });
    assert!(keys.authenticate(LIVE_KEY).await.is_ok());
}
