//! The committed rows. Changed only by a commit, as a whole.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use upivia_domain::{
    AgentId, AgentRequestId, ApprovalId, BudgetRequestId, CommandId, CredentialId, Mode, NodeId, OrgId, PublicationId,
    PublishRequestId, RequestId, TeamId, Timestamp, UserId,
    agent::Agent,
    approval::Approval,
    audit::JournalEvent,
    binding::BindingTerms,
    budget::{Meter, MeterKey},
    catalog::OperationName,
    dispatch::{IdempotencyKey, ProviderName, ServiceRequest},
    identity::{Credential, CredentialHash, Email, Membership, Organization, SignIn, User},
    inbox::AgentRequest,
    ledger::{OrgHead, Recorded},
    ports::{NodeLease, WebhookReceipt},
    publishing::{Publication, PublishRequest},
    team::{Allocation, BudgetRequest, Team, TeamMember},
    time::{Calendar, Zone},
};

/// Everything.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) orgs: BTreeMap<OrgId, OrgRows>,
    pub(crate) users: BTreeMap<UserId, User>,
    pub(crate) emails: HashMap<Email, UserId>,
    pub(crate) platform_admins: BTreeSet<UserId>,
    pub(crate) sign_ins: HashMap<UserId, SignIn>,
    pub(crate) hashes: HashMap<CredentialHash, (OrgId, CredentialId)>,
    pub(crate) nodes: BTreeMap<NodeId, NodeRow>,
    /// By provider and the sender's id of the message.
    pub(crate) receipts: HashMap<(ProviderName, String), WebhookReceipt>,
}

/// One organization's rows. Cheap to clone: a clone is a consistent view that later commits do not touch.
#[derive(Debug, Clone)]
pub(crate) struct OrgRows {
    /// Absent for the reserved platform organization.
    pub(crate) organization: Option<Arc<Organization>>,
    pub(crate) head: OrgHead,
    pub(crate) policy: Arc<PolicyTables>,
    pub(crate) ledger: Arc<LedgerTables>,
}

/// What the people of an organization decide.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolicyTables {
    pub(crate) memberships: BTreeMap<UserId, Membership>,
    pub(crate) teams: BTreeMap<TeamId, Team>,
    pub(crate) allocations: BTreeMap<(TeamId, UserId), Allocation>,
    pub(crate) team_members: BTreeMap<(TeamId, UserId), TeamMember>,
    pub(crate) budget_requests: BTreeMap<BudgetRequestId, BudgetRequest>,
    pub(crate) agent_requests: BTreeMap<AgentRequestId, AgentRequest>,
    pub(crate) publish_requests: BTreeMap<PublishRequestId, PublishRequest>,
    pub(crate) publications: BTreeMap<PublicationId, Publication>,
    pub(crate) agents: BTreeMap<AgentId, Agent>,
    pub(crate) bindings: BTreeMap<(AgentId, OperationName), BindingTerms>,
    pub(crate) credentials: BTreeMap<CredentialId, Credential>,
    pub(crate) suspended: BTreeSet<(Mode, OperationName)>,
}

/// What the ledger writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct LedgerTables {
    pub(crate) meters: HashMap<MeterKey, Meter>,
    pub(crate) requests: BTreeMap<RequestId, ServiceRequest>,
    pub(crate) keys: HashMap<(AgentId, Mode, IdempotencyKey), RequestId>,
    /// The event of sequence n stands at n − 1.
    pub(crate) journal: Vec<JournalEvent>,
    pub(crate) recorded: HashMap<CommandId, Recorded>,
    pub(crate) approvals: BTreeMap<ApprovalId, Approval>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct NodeRow {
    pub(crate) lease: NodeLease,
    pub(crate) dead: bool,
}

impl State {
    /// Nothing but the platform organization, whose chain takes what belongs to the whole installation.
    pub(crate) fn new() -> Self {
        let head = OrgHead::new(OrgId::PLATFORM, Calendar::of(Zone::UTC), Timestamp::default());
        Self {
            orgs: BTreeMap::from([(OrgId::PLATFORM, OrgRows::new(None, head))]),
            users: BTreeMap::new(),
            emails: HashMap::new(),
            platform_admins: BTreeSet::new(),
            sign_ins: HashMap::new(),
            hashes: HashMap::new(),
            nodes: BTreeMap::new(),
            receipts: HashMap::new(),
        }
    }
}

impl OrgRows {
    pub(crate) fn new(organization: Option<Arc<Organization>>, head: OrgHead) -> Self {
        Self { organization, head, policy: Arc::default(), ledger: Arc::default() }
    }
}

impl PolicyTables {
    /// Every binding of an agent, by operation.
    pub(crate) fn bindings_of(&self, agent: AgentId) -> impl Iterator<Item = (&OperationName, &BindingTerms)> {
        let of_agent = self.bindings.iter().filter(move |((one, _), _)| *one == agent);
        of_agent.map(|((_, operation), terms)| (operation, terms))
    }
}

impl LedgerTables {
    /// The events after a sequence, in order.
    pub(crate) fn events_after(&self, seq: i64) -> &[JournalEvent] {
        let skipped = usize::try_from(seq).unwrap_or_default();
        self.journal.get(skipped..).unwrap_or_default()
    }
}
