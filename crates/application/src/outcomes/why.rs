//! Why a person should look at a request.

use upivia_domain::dispatch::{RequestState, ServiceRequest};

/// For programs a code, for people a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The process that was sending it died.
    CrashWhileDispatching,
    /// The call ended without an answer that says what happened.
    NoCertainAnswer,
    /// The provider accepted it and has not reported yet.
    ProviderReportsLater,
    /// It has ended, and evidence came afterwards.
    LateEvidence,
    /// It has ended.
    Ended,
}

impl Why {
    /// Of a request as it stands.
    pub fn of(request: &ServiceRequest) -> Self {
        match (request.state, request.fence_until) {
            (RequestState::Running, _) => Self::ProviderReportsLater,
            (RequestState::Unknown, Some(_)) => Self::CrashWhileDispatching,
            (RequestState::Unknown, None) => Self::NoCertainAnswer,
            _ if request.flagged => Self::LateEvidence,
            _ => Self::Ended,
        }
    }

    /// The code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CrashWhileDispatching => "crash_while_dispatching",
            Self::NoCertainAnswer => "no_certain_answer",
            Self::ProviderReportsLater => "provider_reports_later",
            Self::LateEvidence => "late_evidence",
            Self::Ended => "ended",
        }
    }

    /// The sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::CrashWhileDispatching => {
                "The process that carried this request died. It may have been sent, and nobody here saw an answer."
            }
            Self::NoCertainAnswer => {
                "The provider was called and gave no answer that says whether it executed the request."
            }
            Self::ProviderReportsLater => "The provider accepted the request and has not reported its outcome yet.",
            Self::LateEvidence => {
                "Evidence came after the request had ended or had been taken over; what it changed is in the events."
            }
            Self::Ended => "The request has ended; nothing is left to decide.",
        }
    }
}
