//! The committed rows. Changed only by a commit, as a whole.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use upivia_domain::{
    AgentId, AgentRequestId, ApprovalId, BudgetRequestId, CommandId, CredentialId, DelegationId, InviteId, MailId,
    Mode, NodeId, OrgId, PromoCodeId, PublicationId, PublishRequestId, RequestId, RoleId, SkillProposalId, TeamId,
    Timestamp, UserId, WebhookDeliveryId, WebhookEndpointId,
    agent::Agent,
    approval::Approval,
    audit::JournalEvent,
    binding::BindingTerms,
    budget::{BudgetAlert, Meter, MeterKey},
    catalog::OperationName,
    delegation::DelegatedTask,
    dispatch::{IdempotencyKey, ProviderName, ServiceRequest},
    identity::{
        Credential, CredentialHash, Email, Invite, LinkedIdentity, Membership, Name, Organization, PasswordReset, Role,
        SignIn, Standing, TokenDetail, User, UserSuspension,
    },
    inbox::AgentRequest,
    ledger::{OrgHead, Recorded},
    mail::NewMail,
    policy::{Stop, StopScope},
    ports::{NodeLease, WebhookReceipt},
    promo::{PromoCode, PromoRedemption},
    publishing::{Publication, PublishRequest},
    skill::SkillProposal,
    team::{Allocation, BudgetRequest, Team, TeamMember},
    time::{Calendar, Zone},
    webhook::{Delivery, Endpoint},
};

/// Everything.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) orgs: BTreeMap<OrgId, OrgRows>,
    pub(crate) users: BTreeMap<UserId, User>,
    pub(crate) emails: HashMap<Email, UserId>,
    pub(crate) platform_admins: BTreeSet<UserId>,
    pub(crate) sign_ins: HashMap<UserId, SignIn>,
    pub(crate) identities: Vec<LinkedIdentity>,
    pub(crate) suspensions: HashMap<UserId, UserSuspension>,
    /// Ids are never used again: what is kept of a token that is gone is found by nobody.
    pub(crate) token_details: HashMap<CredentialId, TokenDetail>,
    /// How people are called.
    pub(crate) names: HashMap<UserId, Name>,
    pub(crate) resets: HashMap<UserId, PasswordReset>,
    pub(crate) mails: BTreeMap<MailId, MailRow>,
    pub(crate) hashes: HashMap<CredentialHash, (OrgId, CredentialId)>,
    pub(crate) nodes: BTreeMap<NodeId, NodeRow>,
    /// By provider and the sender's id of the message.
    pub(crate) receipts: HashMap<(ProviderName, String), WebhookReceipt>,
    /// What is on its way to other people's servers; workers change it beside all transactions.
    pub(crate) deliveries: BTreeMap<WebhookDeliveryId, Delivery>,
    pub(crate) alerts: Vec<BudgetAlert>,
    /// Up to where each journal was read for these.
    pub(crate) journal_cursors: HashMap<OrgId, i64>,
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
    /// Of those who were removed: from when on their sessions act here.
    pub(crate) departures: BTreeMap<UserId, Timestamp>,
    pub(crate) roles: BTreeMap<RoleId, Role>,
    pub(crate) teams: BTreeMap<TeamId, Team>,
    pub(crate) allocations: BTreeMap<(TeamId, UserId), Allocation>,
    pub(crate) team_members: BTreeMap<(TeamId, UserId), TeamMember>,
    pub(crate) budget_requests: BTreeMap<BudgetRequestId, BudgetRequest>,
    pub(crate) delegated_tasks: BTreeMap<DelegationId, DelegatedTask>,
    pub(crate) skill_proposals: BTreeMap<SkillProposalId, SkillProposal>,
    pub(crate) invites: BTreeMap<InviteId, Invite>,
    pub(crate) agent_requests: BTreeMap<AgentRequestId, AgentRequest>,
    pub(crate) publish_requests: BTreeMap<PublishRequestId, PublishRequest>,
    pub(crate) publications: BTreeMap<PublicationId, Publication>,
    pub(crate) agents: BTreeMap<AgentId, Agent>,
    pub(crate) bindings: BTreeMap<(AgentId, OperationName), BindingTerms>,
    pub(crate) credentials: BTreeMap<CredentialId, Credential>,
    pub(crate) suspended: BTreeSet<(Mode, OperationName)>,
    pub(crate) stops: BTreeMap<StopScope, Stop>,
    /// The last change of the status, where there was one.
    pub(crate) standing: Option<Standing>,
    /// Of the platform organization only.
    pub(crate) promo_codes: BTreeMap<PromoCodeId, PromoCode>,
    pub(crate) promo_redemptions: BTreeMap<(PromoCodeId, OrgId), PromoRedemption>,
    /// Late evidence that was looked at, as the request stood then: whatever changes it is new.
    pub(crate) acknowledged: BTreeMap<RequestId, ServiceRequest>,
    pub(crate) endpoints: BTreeMap<WebhookEndpointId, Endpoint>,
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

/// A mail on its way.
#[derive(Debug)]
pub(crate) struct MailRow {
    pub(crate) mail: NewMail,
    pub(crate) due_at: Timestamp,
    pub(crate) attempts: u32,
    pub(crate) failed_at: Option<Timestamp>,
}

impl From<NewMail> for MailRow {
    fn from(mail: NewMail) -> Self {
        Self { due_at: mail.created_at, mail, attempts: 0, failed_at: None }
    }
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
            identities: Vec::new(),
            suspensions: HashMap::new(),
            token_details: HashMap::new(),
            names: HashMap::new(),
            resets: HashMap::new(),
            mails: BTreeMap::new(),
            hashes: HashMap::new(),
            nodes: BTreeMap::new(),
            receipts: HashMap::new(),
            deliveries: BTreeMap::new(),
            alerts: Vec::new(),
            journal_cursors: HashMap::new(),
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

    /// The tasks that an agent was given and that are open, the oldest first.
    pub(crate) fn open_tasks(&self, child: AgentId) -> impl Iterator<Item = &DelegatedTask> {
        self.delegated_tasks.values().filter(move |task| task.child == child && task.is_open())
    }
}

impl LedgerTables {
    /// The events after a sequence, in order.
    pub(crate) fn events_after(&self, seq: i64) -> &[JournalEvent] {
        let skipped = usize::try_from(seq).unwrap_or_default();
        self.journal.get(skipped..).unwrap_or_default()
    }
}
