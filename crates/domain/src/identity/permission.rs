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
    /// See and clone any agent of the organization, not only one's own and those that were published.
    AgentReadAny,
    /// Ask people for something, for oneself or for an agent of one's own.
    AgentRequestCreateOwn,
    /// See what one asked for, and what one's agents did.
    AgentRequestReadOwn,
    /// See what everybody's agents asked for.
    AgentRequestReadAny,
    /// Answer what one's agents asked for.
    AgentRequestAnswerOwn,
    /// Answer what anybody's agent asked for.
    AgentRequestAnswerAny,
    /// See what is published, and one's own requests to publish.
    PublishRead,
    /// Ask to publish a thing of one's own.
    PublishRequest,
    /// Answer requests to publish to a team that one manages, and take back what one published.
    PublishManageOwn,
    /// Answer any request to publish, and take any publication back.
    PublishManage,
    /// Let a thing into the marketplace.
    MarketplacePublish,
    /// Look at the marketplace.
    MarketplaceRead,
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
            Self::AgentReadAny => "agent.readAny",
            Self::AgentRequestCreateOwn => "agentRequest.createOwn",
            Self::AgentRequestReadOwn => "agentRequest.readOwn",
            Self::AgentRequestReadAny => "agentRequest.readAny",
            Self::AgentRequestAnswerOwn => "agentRequest.answerOwn",
            Self::AgentRequestAnswerAny => "agentRequest.answerAny",
            Self::PublishRead => "publish.read",
            Self::PublishRequest => "publish.request",
            Self::PublishManageOwn => "publish.manageOwn",
            Self::PublishManage => "publish.manage",
            Self::MarketplacePublish => "marketplace.publish",
            Self::MarketplaceRead => "marketplace.read",
        }
    }
}
