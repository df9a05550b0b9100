//! What goes to a provider and what can come back.

use std::{fmt, str::FromStr, sync::Arc};

use serde_json::Value;

use super::Reference;
use crate::{Mode, NanoUsd, OrgId, RequestId, Timestamp, catalog::OperationName};

/// The machine name of a provider, for example `sandbox` or `openai`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderName(Arc<str>);

impl ProviderName {
    /// From a name that the program knows.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One call of a provider, for which a hold is committed.
#[derive(Debug, Clone)]
pub struct ProviderCall {
    /// Whose.
    pub org: OrgId,
    /// The request.
    pub request: RequestId,
    /// Live or test.
    pub mode: Mode,
    /// The operation.
    pub operation: OperationName,
    /// What may be forwarded for the held money, and nothing else.
    pub payload: Arc<Value>,
    /// The most that this call may cost.
    pub hold: NanoUsd,
    /// When it was priced: what it costs follows from the prices of that time, whatever they are now.
    pub quoted_at: Timestamp,
}

impl ProviderCall {
    /// What a provider is told to call the request, so that its callbacks name it.
    pub const fn reference(&self) -> Reference {
        Reference { org: Some(self.org), request: self.request }
    }
}

/// How a settled cost is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The provider said so.
    ProviderUsage,
    /// We counted.
    Counted,
    /// Nothing better than the estimate.
    Estimate,
    /// A person decided.
    Resolution,
}

impl Basis {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderUsage => "provider_usage",
            Self::Counted => "counted",
            Self::Estimate => "estimate",
            Self::Resolution => "resolution",
        }
    }

    /// Whether a cost known like this must not take the place of one known like the other.
    ///
    /// An estimate is no news to anybody; what was counted here is none to a provider's own figure.
    pub fn is_weaker_than(self, other: Self) -> bool {
        self.rank() < other.rank()
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Estimate => 0,
            Self::Resolution => 1,
            Self::Counted => 2,
            Self::ProviderUsage => 3,
        }
    }
}

impl FromStr for Basis {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "provider_usage" => Ok(Self::ProviderUsage),
            "counted" => Ok(Self::Counted),
            "estimate" => Ok(Self::Estimate),
            "resolution" => Ok(Self::Resolution),
            other => Err(format!("unknown settlement basis {other}")),
        }
    }
}

/// What became of a call. A provider module must choose the weakest claim that is certain.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderAnswer {
    /// Done.
    Executed {
        /// For the agent.
        result: Arc<Value>,
        /// What it cost.
        cost: NanoUsd,
        /// How that is known.
        basis: Basis,
        /// The provider's own id of it.
        external_id: Option<String>,
    },
    /// Accepted; the outcome comes later.
    Accepted {
        /// The provider's own id of it.
        external_id: String,
    },
    /// The provider answered that it did not do it, or failed.
    Rejected {
        /// For the agent: what the provider said.
        detail: String,
        /// Whether the provider was out of order rather than unwilling.
        unavailable: bool,
        /// What it cost all the same, where the answer says so.
        charge: Option<(NanoUsd, Basis)>,
    },
    /// Certainly nothing was sent.
    NotSent {
        /// Why.
        detail: String,
    },
    /// Something was sent and no certain answer came.
    Unknown {
        /// What was seen.
        detail: String,
    },
}
