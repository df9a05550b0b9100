//! The kinds of events that somebody can be told of.

use std::{fmt, str::FromStr};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened, as receivers know it. The names are a promise: they are added to, never changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WebhookEvent { $($(#[$doc])* $name,)* }

        impl WebhookEvent {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl FromStr for WebhookEvent {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$name),)*
                    _ => Err(format!("must be one of {}", [$($text),*].join(", "))),
                }
            }
        }
    };
}

events! {
    /// A request waits for a person.
    ApprovalRequested = "approval.requested";
    /// A person answered, or nobody did in time.
    ApprovalResolved = "approval.resolved";
    /// A request was carried out.
    RequestExecuted = "request.executed";
    /// A request was not carried out.
    RequestFailed = "request.failed";
    /// A rule refused a request.
    RequestBlocked = "request.blocked";
    /// A share of a limit is used.
    BudgetAlert = "budget.alert";
    /// An operation cost more than its holds too often.
    OperationSuspended = "operation.suspended";
    /// There is a new agent.
    AgentCreated = "agent.created";
    /// An agent is gone.
    AgentEnded = "agent.ended";
    /// Somebody tries the endpoint.
    Test = "webhook.test";
}

impl fmt::Display for WebhookEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
