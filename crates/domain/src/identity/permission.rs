//! Named permissions (contract §3); only those that guard something today.

/// What a person may do. The names are fixed by the published clients' documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See agents, balances, usage and audit of the organization.
    OrganizationRead,
    /// Create an agent of one's own.
    AgentCreateOwn,
    /// Change any agent: budget, keys, settings.
    AgentManageAny,
    /// Delete any agent.
    AgentDeleteAny,
    /// Make workflows, and take them from agents.
    WorkflowCreate,
    /// Bind and unbind operations.
    ServiceToggle,
    /// Answer questions about requests above their threshold.
    ApprovalDecide,
    /// Let an operation be bought again that was suspended.
    OperationResume,
    /// End requests whose outcome nobody knows.
    OutcomeResolve,
    /// Make and change any team, its members and what its workers may spend.
    TeamManageAny,
    /// The same for the workers of teams that one manages.
    TeamManageOwn,
    /// Move money between the wallet and a team's pool.
    BudgetAllocateAny,
    /// Ask for money of the pool of a team that one belongs to.
    BudgetRequestOwn,
    /// Bring money into the wallet.
    BalanceTopUp,
    /// See who is invited into the organization.
    InviteRead,
    /// Invite people into the organization, as nothing above one's own role.
    InviteCreate,
    /// Withdraw invitations.
    InviteWithdraw,
}

impl Permission {
    /// The name in documents and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationRead => "organization.read",
            Self::AgentCreateOwn => "agent.createOwn",
            Self::AgentManageAny => "agent.manageAny",
            Self::AgentDeleteAny => "agent.deleteAny",
            Self::WorkflowCreate => "workflow.create",
            Self::ServiceToggle => "service.toggle",
            Self::ApprovalDecide => "approval.decide",
            Self::OperationResume => "operation.resume",
            Self::OutcomeResolve => "outcome.resolve",
            Self::TeamManageAny => "team.manageAny",
            Self::TeamManageOwn => "team.manageOwn",
            Self::BudgetAllocateAny => "budget.allocateAny",
            Self::BudgetRequestOwn => "budget.requestOwn",
            Self::BalanceTopUp => "balance.topUp",
            Self::InviteRead => "invite.read",
            Self::InviteCreate => "invite.create",
            Self::InviteWithdraw => "invite.withdraw",
        }
    }
}
