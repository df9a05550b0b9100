//! Named permissions (contract §3); only those that guard something today. One line of the table is all there is to one:
//! `docs/permissions.md` and the tests that walk every route are made from it.

use std::{fmt, str::FromStr};

use super::PermissionSet;

/// Who has a permission without a custom role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holders {
    /// Owners and admins.
    Admins,
    /// Every member of the organization.
    Everyone,
    /// Managers, in their teams. Every member's role includes it, but it only counts where a team's role does, too.
    Managers,
    /// Managers and workers, in their teams; likewise.
    Workers,
}

/// Why a text names no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no permission; see docs/permissions.md")]
pub struct UnknownPermission(String);

macro_rules! permissions {
    ($($variant:ident = $name:literal, $holders:ident, $allows:literal;)*) => {
        /// What a person may do. The names are fixed by the published clients' documentation, or follow its pattern.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $(#[doc = $allows] $variant,)*
        }

        impl Permission {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in documents and messages.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it allows, as a sentence.
            pub const fn allows(self) -> &'static str {
                match self { $(Self::$variant => $allows,)* }
            }

            /// Who has it without a custom role.
            pub const fn holders(self) -> Holders {
                match self { $(Self::$variant => Holders::$holders,)* }
            }
        }
    };
}

permissions! {
    OrganizationRead = "organization.read", Everyone, "See which permissions there are, and which of them one has.";
    MemberRead = "member.read", Everyone, "See who belongs to the organization, as what.";
    MemberChangeRole = "member.changeRole", Admins, "Give members other roles.";
    MemberRemove = "member.remove", Admins, "Remove members.";
    RoleRead = "role.read", Everyone, "See custom roles.";
    RoleCreate = "role.create", Admins, "Make custom roles.";
    RoleUpdate = "role.update", Admins, "Change custom roles, for everybody who has them.";
    RoleDelete = "role.delete", Admins, "Delete custom roles.";
    TokenMint = "token.mint", Everyone, "Make personal tokens of one's own.";
    AgentRead = "agent.read", Everyone, "See agents with their profiles, owners and bindings.";
    AgentReadActivity = "agent.readActivity", Everyone, "See what an agent did.";
    AgentReadHealth = "agent.readHealth", Everyone, "See how agents fare.";
    AgentReadSkills = "agent.readSkills", Everyone, "See what an agent can do.";
    AgentCreateOwn = "agent.createOwn", Everyone, "Create agents of one's own, also after the pattern of others.";
    AgentManageAny = "agent.manageAny", Admins, "Change any agent: profile and status, cap, keys and owner.";
    AgentPauseAny = "agent.pauseAny", Admins, "Pause any agent and let it go on.";
    AgentCapAny = "agent.capAny", Admins, "Cap what any agent may spend in a month.";
    AgentRotateKeyAny = "agent.rotateKeyAny", Admins, "Give any agent new keys.";
    AgentTransferAny = "agent.transferAny", Admins, "Give any agent another owner.";
    AgentDeleteAny = "agent.deleteAny", Admins, "Delete any agent.";
    WorkflowCreate = "workflow.create", Admins, "Make workflows, and take them from agents.";
    ServiceToggle = "service.toggle", Admins, "Bind operations to agents within limits, and unbind them.";
    ApprovalRead = "approval.read", Everyone, "See requests that wait for a person.";
    ApprovalDecide = "approval.decide", Admins, "Approve or reject requests that wait for a person.";
    OutcomeRead = "outcome.read", Everyone, "See requests whose outcome nobody knows.";
    OutcomeResolve = "outcome.resolve", Admins, "End requests whose outcome nobody knows, charged or released.";
    SuspensionRead = "suspension.read", Everyone, "See operations that are suspended.";
    OperationResume = "operation.resume", Admins, "Let a suspended operation be bought again.";
    SimulationRun = "simulation.run", Everyone, "Ask what would become of a request.";
    UsageRead = "usage.read", Everyone, "See what was used and what it cost.";
    UsageExport = "usage.export", Everyone, "Take all usage away as a file.";
    AuditRead = "audit.read", Everyone, "See the audit trail.";
    AuditExport = "audit.export", Everyone, "Take the audit trail away as a file.";
    BalanceRead = "balance.read", Everyone, "See balances.";
    BalanceTopUp = "balance.topUp", Admins, "Bring money into the wallet.";
    TeamRead = "team.read", Everyone, "See the teams that one belongs to.";
    TeamReadAny = "team.readAny", Admins, "See every team, its members, money and budget requests.";
    TeamReadMembers = "team.readMembers", Everyone, "See the members of a team that one sees.";
    TeamCreate = "team.create", Admins, "Make teams.";
    TeamManageAny = "team.manageAny", Admins, "Rename any team, and do in every team what a manager may do in theirs.";
    TeamCapAny = "team.capAny", Admins, "Cap what a team may spend in a month.";
    TeamPoolAny = "team.poolAny", Admins, "Say whether a team spends from a pool of its own.";
    TeamManageOwn = "team.manageOwn", Managers, "Say who belongs to a team, as what.";
    BudgetRead = "budget.read", Everyone, "See pool, allocations and limits of a team that one sees.";
    BudgetAllocateAny = "budget.allocateAny", Admins, "Move money from the wallet to a team's pool.";
    BudgetTakeBackAny = "budget.takeBackAny", Admins, "Move money from a team's pool back to the wallet.";
    BudgetAllocateOwn = "budget.allocateOwn", Managers, "Move money from a team's pool to its workers, and set their limits.";
    BudgetTakeBackOwn = "budget.takeBackOwn", Managers, "Move money from workers back to their team's pool.";
    BudgetReadRequests = "budget.readRequests", Everyone, "See budget requests: one's own, and those that one may answer.";
    BudgetDecideOwn = "budget.decideOwn", Managers, "Answer budget requests.";
    PromoRedeem = "promo.redeem", Admins, "Redeem a promotional code for the organization.";
    SpendingStop = "spending.stop", Admins, "Stop the spending of the organization, a team, or an agent and everything below it.";
    SpendingResume = "spending.resume", Admins, "Let spend again what was stopped.";
    SpendingReadStops = "spending.readStops", Everyone, "See what is stopped, by whom and why.";
    OrganizationClose = "organization.close", Admins, "Close the organization for good; only owners.";
    DelegationCreate = "delegation.create", Admins, "Give tasks to agents, in the name of any agent.";
    DelegationUpdate = "delegation.update", Admins, "Say how a delegated task stands, for either side.";
    SkillPropose = "skill.propose", Everyone, "Propose a skill for an agent.";
    SkillDecide = "skill.decide", Admins, "Say whether a proposed skill becomes one.";
    WebhookRead = "webhook.read", Admins, "See the servers that are told of events, and what they were told.";
    WebhookCreate = "webhook.create", Admins, "Name a server that is told of events.";
    WebhookUpdate = "webhook.update", Admins, "Change where it is and what it is told, and turn it off or on.";
    WebhookRotateSecret = "webhook.rotateSecret", Admins, "Replace the secret that signs its messages.";
    WebhookDelete = "webhook.delete", Admins, "Remove it.";
    WebhookTest = "webhook.test", Admins, "Send it a message to try it.";
    WebhookRedeliver = "webhook.redeliver", Admins, "Send it a message again.";
    BudgetAlertRead = "budgetAlert.read", Everyone, "See which limits are nearly used up.";
    InviteRead = "invite.read", Admins, "See who is invited into the organization.";
    InviteCreate = "invite.create", Admins, "Invite people into the organization, as nothing above one's own role.";
    InviteWithdraw = "invite.withdraw", Admins, "Withdraw invitations.";
    AgentReadAny = "agent.readAny", Admins, "See and clone any agent of the organization, not only one's own and those that were published.";
    AgentRequestCreateOwn = "agentRequest.createOwn", Everyone, "Ask people for something, for oneself or for an agent of one's own.";
    AgentRequestReadOwn = "agentRequest.readOwn", Everyone, "See what one asked for, and what one's agents did.";
    AgentRequestReadAny = "agentRequest.readAny", Admins, "See what everybody's agents asked for.";
    AgentRequestAnswerOwn = "agentRequest.answerOwn", Everyone, "Answer what one's agents asked for.";
    AgentRequestAnswerAny = "agentRequest.answerAny", Admins, "Answer what anybody's agent asked for.";
    PublishRead = "publish.read", Everyone, "See what is published, and one's own requests to publish.";
    PublishRequest = "publish.request", Everyone, "Ask to publish a thing of one's own.";
    PublishManageOwn = "publish.manageOwn", Managers, "Answer requests to publish to a team that one manages, and take back what one published.";
    PublishManage = "publish.manage", Admins, "Answer any request to publish, and take any publication back.";
    MarketplacePublish = "marketplace.publish", Admins, "Let a thing into the marketplace.";
    MarketplaceRead = "marketplace.read", Everyone, "Look at the marketplace.";
    BudgetRequestOwn = "budget.requestOwn", Workers, "Ask for money of the pool of a team that one belongs to.";
}

impl Permission {
    /// The one that includes this one, where there is such a one: who has it has this one as well.
    pub const fn included_in(self) -> Option<Self> {
        match self {
            Self::AgentPauseAny | Self::AgentCapAny | Self::AgentRotateKeyAny | Self::AgentTransferAny => {
                Some(Self::AgentManageAny)
            }
            _ => None,
        }
    }

    /// Whether it only counts in teams whose role for the person includes it, too; everywhere with `team.manageAny`.
    pub const fn is_of_teams(self) -> bool {
        matches!(self.holders(), Holders::Managers | Holders::Workers)
    }

    /// Those that these people have without a custom role.
    pub(crate) fn held_by(holders: &[Holders]) -> PermissionSet {
        Self::ALL.iter().copied().filter(|permission| holders.contains(&permission.holders())).collect()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;
    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let found = Self::ALL.iter().copied().find(|permission| permission.as_str() == text);
        found.ok_or_else(|| UnknownPermission(text.chars().take(64).collect()))
    }
}
