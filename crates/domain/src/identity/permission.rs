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
        }
    }
}
