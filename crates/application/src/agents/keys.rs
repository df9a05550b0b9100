//! Keys of agents: minted, shown once, and replaced.

use serde_json::json;
use upivia_domain::{
    AgentId, CredentialId, Mode, Secret,
    agent::Agent,
    audit::Object,
    identity::{Credential, CredentialHash, CredentialKind, CredentialStatus, Permission, TokenKind},
    ports::{StoreError, Tx, transact},
};

use super::{AgentError, Agents, living};
use crate::{
    access::{Author, Entry, Recorder},
    tokens::mint_token,
};

/// Keys in clear. They are here and nowhere else: show them once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentKeys {
    /// For real money; absent where only the other one was asked for.
    pub live: Option<Secret<String>>,
    /// For play money; absent where only the other one was asked for.
    pub test: Option<Secret<String>>,
}

/// A key that is not stored yet.
pub(super) struct NewKey {
    id: CredentialId,
    mode: Mode,
    hash: CredentialHash,
    secret: Secret<String>,
}

impl NewKey {
    /// The key in clear.
    pub(super) fn into_secret(self) -> Secret<String> {
        self.secret
    }
}

impl Agents {
    /// Gives an agent new keys, both or that of one mode. The old ones are dead when this returns.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn rotate_keys(&self, author: Author, id: AgentId, mode: Option<Mode>) -> Result<AgentKeys, AgentError> {
        let keys: Vec<NewKey> = mode
            .map_or(vec![Mode::Live, Mode::Test], |mode| vec![mode])
            .into_iter()
            .map(|mode| self.mint(mode))
            .collect();
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(rotate(tx, author, id, keys))).await
    }

    pub(super) fn mint(&self, mode: Mode) -> NewKey {
        let secret = mint_token(TokenKind::AgentKey(mode), &*self.parts.entropy);
        NewKey {
            id: CredentialId::new(self.parts.ids.uuid()),
            mode,
            hash: self.parts.hasher.hash(secret.expose()),
            secret,
        }
    }
}

async fn rotate(tx: &mut dyn Tx, author: Author, id: AgentId, keys: Vec<NewKey>) -> Result<AgentKeys, AgentError> {
    let agent = living(tx, &author, id, Permission::AgentRotateKeyAny).await?;
    replace(tx, &author, &agent, keys).await
}

/// New keys for the old ones of the same modes. A spawned agent has none of another mode than its money.
pub(super) async fn replace(
    tx: &mut dyn Tx,
    author: &Author,
    agent: &Agent,
    mut keys: Vec<NewKey>,
) -> Result<AgentKeys, AgentError> {
    if let Some(origin) = &agent.origin {
        keys.retain(|key| key.mode == origin.mode);
        if keys.is_empty() {
            return Err(AgentError::invalid("mode", format!("the agent was spawned with {} money", origin.mode)));
        }
    }
    let recorder = author.recorder();
    for key in &keys {
        revoke(tx, &recorder, agent.id, key.mode, Some(key.id)).await?;
        store(tx, &recorder, agent.id, key).await?;
    }
    Ok(in_clear(keys))
}

/// Revokes the keys of one mode, for the one that replaces them or for none.
pub(super) async fn revoke(
    tx: &mut dyn Tx,
    author: &Recorder,
    agent: AgentId,
    mode: Mode,
    by: Option<CredentialId>,
) -> Result<(), StoreError> {
    for old in tx.credentials().active_agent_keys(author.org(), agent, mode).await? {
        tx.credentials().revoke(author.org(), old.id).await?;
        let object = Object { kind: "credential", id: old.id.to_string() };
        let detail = json!({ "kind": "agent_key", "mode": mode, "replaced_by": by });
        let entry = Entry { kind: "credential.revoked", object, agent: Some(agent), operation: None, detail };
        author.record(tx, entry).await?;
    }
    Ok(())
}

pub(super) async fn store(tx: &mut dyn Tx, author: &Recorder, agent: AgentId, key: &NewKey) -> Result<(), StoreError> {
    let credential = Credential {
        id: key.id,
        org: author.org(),
        kind: CredentialKind::AgentKey { agent, mode: key.mode },
        hash: key.hash,
        label: format!("{} key", key.mode),
        status: CredentialStatus::ACTIVE,
        created_at: tx.now(),
    };
    tx.credentials().insert(&credential).await?;
    let object = Object { kind: "credential", id: key.id.to_string() };
    let detail = json!({ "kind": "agent_key", "mode": key.mode });
    let entry = Entry { kind: "credential.created", object, agent: Some(agent), operation: None, detail };
    author.record(tx, entry).await.map(drop)
}

pub(super) fn in_clear(keys: impl IntoIterator<Item = NewKey>) -> AgentKeys {
    keys.into_iter().fold(AgentKeys::default(), |mut clear, key| {
        match key.mode {
            Mode::Live => clear.live = Some(key.secret),
            Mode::Test => clear.test = Some(key.secret),
        }
        clear
    })
}
