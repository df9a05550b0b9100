//! Rows and events that tenants are made of.

use serde_json::{Value, json};
use upivia_domain::{
    AgentId, CommandId, CredentialId, Mode, NanoUsd,
    agent::{Agent, AgentKind, AgentStatus, Character},
    audit::{NewEvent, Object},
    budget::{Account, AccountOwner, SystemAccount},
    catalog::OperationName,
    identity::{Actor, Credential, CredentialHash, CredentialKind, CredentialStatus, Email},
    ledger::{Transfer, TransferPurpose},
    ports::Clock,
};

use crate::tenant::{Spender, Tenant};

/// The operation that agents of the suite are bound to.
pub(crate) fn email() -> OperationName {
    "email.send".parse().unwrap()
}

impl Tenant {
    /// The rows of a new agent of this organization.
    pub(crate) fn agent_row(&self, spender: Spender) -> Agent {
        Agent {
            id: spender.agent,
            org: self.org,
            team: Some(self.team),
            owner: self.owner,
            name: "Mail clerk".parse().unwrap(),
            description: None,
            icon: None,
            category: None,
            default_model_id: None,
            system_prompt: None,
            character: Character::default(),
            kind: AgentKind::Standard,
            status: AgentStatus::Active,
            month_cap: None,
            ancestors: Vec::new(),
            origin: None,
            created_at: self.world.clock.now(),
        }
    }

    /// A key of an agent. The hash follows from the id.
    pub(crate) fn key_row(&self, agent: AgentId, id: CredentialId, mode: Mode) -> Credential {
        Credential {
            id,
            org: self.org,
            kind: CredentialKind::AgentKey { agent, mode },
            hash: hash_of(id),
            label: format!("{mode} key"),
            status: CredentialStatus::ACTIVE,
            created_at: self.world.clock.now(),
        }
    }

    /// A transfer from outside into an account.
    pub(crate) fn funding(&self, mode: Mode, to: AccountOwner, amount: NanoUsd) -> Transfer {
        Transfer {
            id: CommandId::new(self.world.mint.uuid()),
            org: self.org,
            mode,
            from: Account::System(SystemAccount::External),
            to: Account::Owned(to),
            amount,
            purpose: TransferPurpose::Funding,
            actor: Actor::Operator,
            note: format!("opening {mode} money"),
            trace: None,
        }
    }

    /// An address that nobody has yet.
    pub(crate) fn address(&self) -> Email {
        // Not an id: addresses are compared in lower case, ids are not.
        format!("{}@example.com", self.world.mint.uuid()).parse().unwrap()
    }
}

/// The hash of a key of the suite.
pub(crate) fn hash_of(id: CredentialId) -> CredentialHash {
    let mut hash = [7; 32];
    hash[..16].copy_from_slice(&id.uuid().into_bytes());
    CredentialHash(hash)
}

/// The event of a change of the suite.
pub(crate) fn event(kind: &'static str, id: impl ToString) -> NewEvent {
    event_with(kind, id, json!({ "by": "the contract suite" }))
}

/// The same with a detail.
pub(crate) fn event_with(kind: &'static str, id: impl ToString, detail: Value) -> NewEvent {
    let object = Object { kind: "row", id: id.to_string() };
    NewEvent { kind, actor: Actor::Operator, agent: None, operation: None, object, detail, trace: None }
}
