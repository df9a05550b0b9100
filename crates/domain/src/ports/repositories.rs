//! Rows inside a transaction, one narrow repository per aggregate.
//!
//! Every method MUST read what the same transaction wrote before. A row of another organization MUST NOT be found.
//! A duplicate is [`StoreError::Constraint`].

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, CredentialId, Mode, OrgId, TeamId, Timestamp, UserId,
    agent::Agent,
    binding::Binding,
    catalog::OperationName,
    identity::{
        Credential, Email, LinkedIdentity, Membership, Name, Organization, PermissionSet, SignIn, User, UserSuspension,
    },
    team::{Allocation, Team, TeamMember},
};

/// Organizations.
#[async_trait]
pub trait OrganizationRepository: Send {
    /// Inserts the row and its head. MUST hold the new head for the rest of the transaction, so that events and commands
    /// of the new organization work in it.
    async fn insert(&mut self, organization: &Organization) -> Result<(), StoreError>;
    /// The organization.
    async fn find(&mut self, id: OrgId) -> Result<Option<Organization>, StoreError>;
}

/// People. They belong to the installation, not to an organization: its row is [`OrgId::PLATFORM`].
#[async_trait]
pub trait UserRepository: Send {
    /// Inserts a person; the address MUST be unique.
    async fn insert(&mut self, user: &User) -> Result<(), StoreError>;
    /// The person with that address.
    async fn find_by_email(&mut self, email: &Email) -> Result<Option<User>, StoreError>;
    /// Writes how a person is called. MUST hold the platform organization.
    async fn set_name(&mut self, user: UserId, name: &Name) -> Result<(), StoreError>;
    /// How a person proves who they are; `None` where nothing was ever written.
    async fn sign_in(&mut self, user: UserId) -> Result<Option<SignIn>, StoreError>;
    /// Inserts or replaces it. MUST hold the platform organization.
    async fn put_sign_in(&mut self, sign_in: &SignIn) -> Result<(), StoreError>;
    /// The person whom a provider of identity knows as `subject`.
    async fn find_by_identity(&mut self, issuer: &str, subject: &str) -> Result<Option<User>, StoreError>;
    /// Inserts whom a provider's person is. MUST hold the platform organization. Issuer and subject MUST be unique, and so
    /// MUST issuer and person.
    async fn link(&mut self, identity: &LinkedIdentity) -> Result<(), StoreError>;
    /// What a provider calls that person; `None` where it knows them by nothing yet.
    async fn find_link(&mut self, issuer: &str, user: UserId) -> Result<Option<LinkedIdentity>, StoreError>;
    /// What every provider calls that person, by issuer.
    async fn links_of(&mut self, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError>;
    /// Forgets what a provider calls that person; nothing happens where it knows them by nothing. MUST hold the platform
    /// organization.
    async fn unlink(&mut self, issuer: &str, user: UserId) -> Result<(), StoreError>;
    /// The person.
    async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError>;
    /// That a person is kept out; `None` where they are not.
    async fn suspension(&mut self, user: UserId) -> Result<Option<UserSuspension>, StoreError>;
    /// Keeps a person out; one who is already stays so since then. MUST hold the platform organization.
    async fn suspend(&mut self, suspension: &UserSuspension) -> Result<(), StoreError>;
    /// Lets a person in again; nothing happens where nobody kept them out. MUST hold the platform organization.
    async fn resume(&mut self, user: UserId) -> Result<(), StoreError>;
}

/// Who belongs where.
#[async_trait]
pub trait MembershipRepository: Send {
    /// Inserts a membership; one per organization and person.
    async fn insert(&mut self, membership: &Membership) -> Result<(), StoreError>;
    /// The membership of a person.
    async fn find(&mut self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError>;
    /// Writes the role; a row that is not there is [`StoreError::Constraint`].
    async fn update(&mut self, membership: &Membership) -> Result<(), StoreError>;
    /// Removes a membership; nothing happens where there is none. Sessions of the person that began before the second that
    /// follows this transaction MUST NOT act in the organization, even when the person comes back one day.
    async fn remove(&mut self, org: OrgId, user: UserId) -> Result<(), StoreError>;
    /// From when on sessions of a person act in an organization; `None` where they were never removed.
    async fn sessions_from(&mut self, org: OrgId, user: UserId) -> Result<Option<Timestamp>, StoreError>;
    /// Every membership of an organization, by the id of the person.
    async fn list(&mut self, org: OrgId) -> Result<Vec<Membership>, StoreError>;
}

/// Teams and what workers hold in them.
#[async_trait]
pub trait TeamRepository: Send {
    /// Inserts a team.
    async fn insert(&mut self, team: &Team) -> Result<(), StoreError>;
    /// Writes name, pool flag and cap.
    async fn update(&mut self, team: &Team) -> Result<(), StoreError>;
    /// The team.
    async fn find(&mut self, org: OrgId, id: TeamId) -> Result<Option<Team>, StoreError>;
    /// Inserts or replaces what a worker may spend.
    async fn put_allocation(&mut self, org: OrgId, allocation: &Allocation) -> Result<(), StoreError>;
    /// What a worker may spend.
    async fn find_allocation(
        &mut self,
        org: OrgId,
        team: TeamId,
        user: UserId,
    ) -> Result<Option<Allocation>, StoreError>;
    /// Inserts a member; one row per team and person.
    async fn insert_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError>;
    /// Writes the role of a member.
    async fn update_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError>;
    /// Removes a member; nothing happens where there is none.
    async fn remove_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<(), StoreError>;
    /// The member.
    async fn find_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<Option<TeamMember>, StoreError>;
    /// A person's places in the teams of an organization, by team.
    async fn places_of(&mut self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError>;
}

/// Agents.
#[async_trait]
pub trait AgentRepository: Send {
    /// Inserts an agent.
    async fn insert(&mut self, agent: &Agent) -> Result<(), StoreError>;
    /// Writes every field that can change.
    async fn update(&mut self, agent: &Agent) -> Result<(), StoreError>;
    /// The agent.
    async fn find(&mut self, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError>;
    /// The agents that descend from it and are not deleted, the oldest first.
    async fn descendants(&mut self, org: OrgId, id: AgentId) -> Result<Vec<Agent>, StoreError>;
    /// How many agents that are neither ending nor deleted are its own children: it is the last of their ancestors.
    async fn living_children(&mut self, org: OrgId, id: AgentId) -> Result<usize, StoreError>;
    /// Whether a request of the agent held money when this transaction began. MUST find all that are running or unknown,
    /// and all others that are not older than the oldest watermark of any process; MUST NOT read the other requests.
    async fn has_open_requests(&mut self, org: OrgId, id: AgentId) -> Result<bool, StoreError>;
    /// Gives all agents of a person that are not deleted another owner; tells which, the oldest first.
    async fn hand_over(&mut self, org: OrgId, from: UserId, to: UserId) -> Result<Vec<AgentId>, StoreError>;
}

/// Bindings.
#[async_trait]
pub trait BindingRepository: Send {
    /// Inserts or replaces the binding of an agent and operation.
    async fn put(&mut self, org: OrgId, binding: &Binding) -> Result<(), StoreError>;
    /// The binding.
    async fn find(
        &mut self,
        org: OrgId,
        agent: AgentId,
        operation: &OperationName,
    ) -> Result<Option<Binding>, StoreError>;
    /// Every binding of an agent, by operation.
    async fn list(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError>;
    /// Removes a binding; nothing happens where there is none.
    async fn remove(&mut self, org: OrgId, agent: AgentId, operation: &OperationName) -> Result<(), StoreError>;
}

/// Keys and tokens.
#[async_trait]
pub trait CredentialRepository: Send {
    /// Inserts a credential; its hash MUST be unique.
    async fn insert(&mut self, credential: &Credential) -> Result<(), StoreError>;
    /// The keys of an agent in one mode that are not revoked.
    async fn active_agent_keys(
        &mut self,
        org: OrgId,
        agent: AgentId,
        mode: Mode,
    ) -> Result<Vec<Credential>, StoreError>;
    /// Revokes a credential for good.
    async fn revoke(&mut self, org: OrgId, id: CredentialId) -> Result<(), StoreError>;
    /// The credential of an organization, whatever its status.
    async fn find(&mut self, org: OrgId, id: CredentialId) -> Result<Option<Credential>, StoreError>;
    /// Writes organization, label and status of a credential that `org` has. MUST hold both organizations; a row that is
    /// not there is [`StoreError::Constraint`].
    async fn update(&mut self, org: OrgId, credential: &Credential) -> Result<(), StoreError>;
    /// Removes a credential, so that its secret opens nothing; nothing happens where there is none.
    async fn remove(&mut self, org: OrgId, id: CredentialId) -> Result<(), StoreError>;
    /// The tokens of a person that open this organization, the oldest first, whatever their status.
    async fn tokens_of(&mut self, org: OrgId, user: UserId) -> Result<Vec<CredentialId>, StoreError>;
    /// Bounds what a token of the organization may do, for good.
    async fn set_scope(&mut self, org: OrgId, id: CredentialId, scope: PermissionSet) -> Result<(), StoreError>;
}
