//! Reads outside a transaction. They see committed rows only, and never those of another organization.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, CredentialId, Mode, OrgId, RequestId, TeamId, Timestamp, UserId,
    agent::Agent,
    audit::JournalEvent,
    binding::Binding,
    budget::{Meter, MeterKey},
    catalog::OperationName,
    dispatch::ServiceRequest,
    identity::{
        Credential, CredentialHash, Email, LinkedIdentity, Membership, Name, Organization, PersonStanding, Role,
        SignIn, TokenDetail, User,
    },
    ledger::OrgHead,
    team::Team,
};

/// Who is asking.
#[async_trait]
pub trait CredentialQueries: Send + Sync {
    /// The credential with that hash, whatever its status.
    async fn credential(&self, hash: &CredentialHash) -> Result<Option<Credential>, StoreError>;
    /// A person.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;
    /// A person's place in an organization.
    async fn membership(&self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError>;
    /// What a person may in an organization at this moment, with a token or by a session. A custom role that is not there
    /// includes nothing.
    async fn standing(
        &self,
        org: OrgId,
        user: UserId,
        token: Option<CredentialId>,
    ) -> Result<PersonStanding, StoreError>;
    /// Whether who runs the installation wants a person out at present.
    async fn is_suspended(&self, user: UserId) -> Result<bool, StoreError>;
    /// The roles that an organization made for itself, the oldest first.
    async fn roles(&self, org: OrgId) -> Result<Vec<Role>, StoreError>;
}

/// What a person has, and how they prove who they are.
#[async_trait]
pub trait PeopleQueries: Send + Sync {
    /// The organizations of a person, the oldest first.
    async fn organizations_of(&self, user: UserId) -> Result<Vec<Organization>, StoreError>;
    /// The tokens of a person that open this organization, the oldest first, whatever their status.
    async fn personal_tokens(&self, org: OrgId, user: UserId) -> Result<Vec<Credential>, StoreError>;
    /// What is kept of these tokens beside the credential, in the order of their ids; those of which nothing is kept are
    /// left out.
    async fn token_details(&self, org: OrgId, user: UserId) -> Result<Vec<(CredentialId, TokenDetail)>, StoreError>;
    /// Everybody who belongs to an organization, by the id of the person.
    async fn members(&self, org: OrgId) -> Result<Vec<Membership>, StoreError>;
    /// How a person is called, where they said it.
    async fn name_of(&self, user: UserId) -> Result<Option<Name>, StoreError>;
    /// The person with that address.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;
    /// How a person proves who they are; `None` where nothing was ever written.
    async fn sign_in(&self, user: UserId) -> Result<Option<SignIn>, StoreError>;
    /// Whether a person is one of those who run the installation.
    async fn is_platform_admin(&self, user: UserId) -> Result<bool, StoreError>;
    /// The person whom a provider of identity knows as `subject`. MUST compare both byte for byte.
    async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>, StoreError>;
    /// What every provider calls that person, by issuer.
    async fn identities_of(&self, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError>;
}

/// Organizations' agents.
#[async_trait]
pub trait AgentQueries: Send + Sync {
    /// Agents that are not deleted, the oldest first, all or those of a team.
    async fn agents(&self, org: OrgId, team: Option<TeamId>) -> Result<Vec<Agent>, StoreError>;
    /// An agent that is not deleted.
    async fn agent(&self, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError>;
    /// An agent's bindings, by operation.
    async fn bindings(&self, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError>;
    /// At most `limit` agents of all organizations that are ending. MUST NOT read the others one by one.
    async fn ending_agents(&self, limit: u32) -> Result<Vec<(OrgId, AgentId)>, StoreError>;
    /// The teams of an organization, the oldest first.
    async fn teams(&self, org: OrgId) -> Result<Vec<Team>, StoreError>;
}

/// Requests.
#[async_trait]
pub trait RequestQueries: Send + Sync {
    /// A request.
    async fn request(&self, org: OrgId, id: RequestId) -> Result<Option<ServiceRequest>, StoreError>;
    /// Whose request that is. For messages of providers that name nothing else, which are few: it may look into every
    /// organization that was active since the id was minted.
    async fn locate(&self, id: RequestId) -> Result<Option<OrgId>, StoreError>;
}

/// Which events of a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Only of these kinds; empty = all.
    pub kinds: Vec<&'static str>,
    /// Only of this world.
    pub mode: Option<Mode>,
    /// Only about this agent.
    pub agent: Option<AgentId>,
    /// Only about this request. No index knows it: bound the search by sequences.
    pub request: Option<RequestId>,
    /// Only about operations of this service.
    pub service: Option<String>,
    /// Only about this operation.
    pub operation: Option<OperationName>,
    /// Only of this kind, whatever `kinds` says.
    pub event: Option<String>,
    /// Only with this status.
    pub status: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Only events with this sequence or a larger one.
    pub from_seq: Option<i64>,
    /// Only events with a smaller sequence: the cursor of the last page.
    pub before_seq: Option<i64>,
}

/// The journal.
#[async_trait]
pub trait JournalQueries: Send + Sync {
    /// At most `limit` events, the newest first. Events outside `from` and `to` MUST NOT be read one by one: time never
    /// goes back in a journal.
    async fn events(&self, org: OrgId, filter: &JournalFilter, limit: u32) -> Result<Vec<JournalEvent>, StoreError>;
}

/// Heads and meters.
#[async_trait]
pub trait LedgerQueries: Send + Sync {
    /// An organization.
    async fn organization(&self, id: OrgId) -> Result<Option<Organization>, StoreError>;
    /// An organization's head.
    async fn head(&self, org: OrgId) -> Result<Option<OrgHead>, StoreError>;
    /// A meter; `None` where nothing was ever counted.
    async fn meter(&self, org: OrgId, key: &MeterKey) -> Result<Option<Meter>, StoreError>;
    /// The operations that are suspended, by mode and name.
    async fn suspensions(&self, org: OrgId) -> Result<Vec<(Mode, OperationName)>, StoreError>;
    /// Asks the store for anything at all.
    async fn ping(&self) -> Result<(), StoreError>;
}
