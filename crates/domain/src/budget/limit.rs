//! Limits, and the reasons that a refusal gives.

use std::{fmt, str::FromStr};

use super::{Meter, Window};
use crate::{NanoUsd, Timestamp};

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitUnit {
    /// Money.
    Money,
    /// Requests.
    Requests,
}

/// A window that a request is counted in, and how far it may fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Where usage is kept.
    pub window: Window,
    /// What is counted.
    pub unit: LimitUnit,
    /// Nanodollars or requests; absent = counted, never refused.
    pub cap: Option<i64>,
    /// What a refusal says.
    pub code: ReasonCode,
}

impl Limit {
    /// What is used and held of the limit, in its unit.
    pub const fn usage(&self, meter: &Meter) -> (i64, i64) {
        match self.unit {
            LimitUnit::Money => (meter.posted.nanos(), meter.held.nanos()),
            LimitUnit::Requests => (meter.count, 0),
        }
    }

    /// Whether `amount` more fits: `used + held + amount ≤ cap`.
    pub fn admits(&self, meter: &Meter, amount: i64) -> bool {
        let (used, held) = self.usage(meter);
        match (self.cap, used.checked_add(held).and_then(|sum| sum.checked_add(amount))) {
            (Some(cap), Some(sum)) => sum <= cap,
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }
}

macro_rules! reason_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Why a request was not executed; one vocabulary for agents, people and the audit trail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ReasonCode { $($(#[$doc])* $name,)* }

        impl ReasonCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code on the wire and in the audit trail.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl FromStr for ReasonCode {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text { $($text => Ok(Self::$name),)* other => Err(format!("unknown reason code {other}")) }
            }
        }
    };
}

reason_codes! {
    /// No binding for this operation on the agent or on one it descends from.
    PolicyViolation = "policy_violation";
    /// The binding's money of the month.
    MonthlyBudgetExceeded = "monthly_budget_exceeded";
    /// The binding's requests of the day.
    DailyLimitExceeded = "daily_limit_exceeded";
    /// The agent's, a delegation's, a run's or a room's money.
    AgentBudgetExceeded = "agent_budget_exceeded";
    /// The worker's account or limits.
    WorkerBudgetExceeded = "worker_budget_exceeded";
    /// The team's pool or month.
    TeamBudgetExceeded = "team_budget_exceeded";
    /// The wallet, or a debt of the organization.
    InsufficientBalance = "insufficient_balance";
    /// The organization is suspended or closing, or a person stopped it, the team, or the agent's tree.
    OrganizationSuspended = "organization_suspended";
    /// No provider is configured for the operation in this mode.
    ServiceNotConfigured = "service_not_configured";
    /// The operation cost more than its holds too often today.
    OperationSuspended = "operation_suspended";
    /// Too many approvals of the agent are pending.
    ApprovalQueueFull = "approval_queue_full";
    /// Dearer than the agent may spend alone.
    ApprovalThreshold = "approval_threshold";
    /// A person said no.
    ApprovalRejected = "approval_rejected";
    /// Nobody answered in time.
    ApprovalExpired = "approval_expired";
    /// The key that asked was revoked or expired before a person approved.
    CredentialRevoked = "credential_revoked";
    /// The agent, or one it descends from, is paused or disabled.
    AgentDisabled = "agent_disabled";
    /// The provider refused or failed.
    AdapterError = "adapter_error";
    /// The provider could not be reached, or said that it did not execute.
    ProviderUnavailable = "provider_unavailable";
    /// The process lost its lease before it sent anything.
    DispatchAborted = "dispatch_aborted";
    /// A person released the hold of a request whose outcome nobody knew.
    ReleasedByOperator = "released_by_operator";
    /// No outcome was known by the deadline that the operation declares, and the hold was released.
    ReleasedAtDeadline = "released_at_deadline";
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One failed check, with the figures that an agent needs to act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What failed.
    pub code: ReasonCode,
    /// Whose limit it is: `binding`, `agent`, `ancestor`, `worker`, `team`, `delegation`, `run`, `room`, `organization`,
    /// `agent_tree`, `approval`.
    pub scope: &'static str,
    /// What the figures count.
    pub unit: LimitUnit,
    /// The cap; for an account, what it holds in all.
    pub limit: Option<i64>,
    /// Final usage; for an account nothing.
    pub used: i64,
    /// Promised to open requests.
    pub held: i64,
    /// What this request would have added.
    pub requested: i64,
    /// When usage starts anew.
    pub resets_at: Option<Timestamp>,
    /// Whether the same request may pass later without anybody changing a rule.
    pub retryable: bool,
    /// The limit, where it is one with a window.
    pub window: Option<Window>,
}

impl Reason {
    /// A check without figures.
    pub const fn plain(code: ReasonCode, scope: &'static str) -> Self {
        Self {
            code,
            scope,
            unit: LimitUnit::Money,
            limit: None,
            used: 0,
            held: 0,
            requested: 0,
            resets_at: None,
            retryable: false,
            window: None,
        }
    }

    /// Money figures, for showing.
    pub const fn money(nanos: i64) -> NanoUsd {
        NanoUsd::from_nanos(nanos)
    }
}
