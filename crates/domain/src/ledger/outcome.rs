//! What a command led to.

use std::sync::Arc;

use crate::{
    RequestId, Timestamp,
    agent::Origin,
    budget::Reason,
    catalog::{OperationName, PayloadProblem},
    dispatch::{RequestState, ServiceRequest},
};

/// A command that was applied, now or before.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A request, as it stands after the command.
    Request {
        /// The row.
        request: Box<ServiceRequest>,
        /// An admission found its idempotency key taken: this is the earlier request.
        replayed: bool,
    },
    /// Something that is not a request: the place of its first event in the journal.
    Recorded {
        /// The commit sequence.
        seq: i64,
    },
    /// A child has its money.
    Spawned {
        /// The commit sequence.
        seq: i64,
        /// Where its money came from; whoever asked writes this into the child's row.
        origin: Box<Origin>,
    },
}

/// Why an agent is no child of the one that asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpawnProblem {
    /// The parent is as far away from an agent of a person as any agent may be.
    #[error("a child would be too many generations away from the agent that a person made")]
    TooDeep,
    /// The rows say that it descends from others, is not active, or got its money before.
    #[error("the agent is no new child of the one that asks")]
    NotAChild,
    /// The child may do what its parent may not.
    #[error("the parent may do less with {0}")]
    Wider(OperationName),
    /// The child has a key of another mode than the parent asked with.
    #[error("the child has a key of another mode")]
    ForeignKey,
}

/// A command that was not applied. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The key was revoked, expired or never belonged to that agent.
    #[error("the credential is not valid any more")]
    CredentialRevoked,
    /// The idempotency key was used for something else.
    #[error("the idempotency key was used with another payload")]
    IdempotencyConflict {
        /// The earlier request.
        request: RequestId,
    },
    /// The catalogue has no such operation.
    #[error("unknown operation")]
    UnknownOperation,
    /// The payload does not fit its schema, or cannot be priced.
    #[error(transparent)]
    InvalidPayload(PayloadProblem),
    /// There is no such thing, or it belongs to somebody else.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The question was answered before, otherwise.
    #[error("the approval was resolved before")]
    ApprovalResolved,
    /// An approved request, or a gift, does not fit now. A question stays open.
    #[error("it does not fit now")]
    NotNow(Arc<[Reason]>),
    /// The agent cannot be made so.
    #[error(transparent)]
    Unspawnable(SpawnProblem),
    /// The request is not in a state that allows the command.
    #[error("the request is {0}")]
    WrongState(RequestState),
    /// Another process carries the request on.
    #[error("another process owns the request")]
    NotOwner,
    /// A former owner might still send.
    #[error("not before {0}")]
    TooEarly(Timestamp),
    /// The account has less than that.
    #[error("the account {account} has not enough")]
    InsufficientFunds {
        /// Which.
        account: String,
    },
    /// The organization is closing or closed: its money goes to its wallet and out, not down the tree.
    #[error("the organization is closing or closed")]
    OrganizationClosed,
    /// The amount is zero, negative, more than a hold, or beyond the range of the ledger.
    #[error("the amount is not possible")]
    InvalidAmount,
    /// The node's clock is behind the organization's: nothing is admitted.
    #[error("the clock of this node is behind")]
    ClockBehind,
    /// The adapter did not load a row that the command needs. A defect, never an answer.
    #[error("the snapshot lacks a row")]
    Incomplete,
}
