//! Why there is no report.

use upivia_domain::ports::StoreError;

/// Nothing can be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// There is no such thing in the caller's organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for ReportError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a report could not be read");
        Self::Unavailable
    }
}
