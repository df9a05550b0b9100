//! Why a promotional code brought nothing, or was not changed.

use upivia_domain::{identity::Permission, ledger::Refusal, ports::StoreError, promo::PromoRefusal};

/// Nothing was changed, but for [`PromoError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromoError {
    /// There is none, or it was taken back.
    #[error("there is no such promo code")]
    NotFound,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Only who runs the installation may.
    #[error("only a platform administrator may see and change promo codes")]
    NotPlatformAdmin,
    /// The word was used before, perhaps for one that was taken back since.
    #[error("a promo code of this name exists or existed")]
    Exists,
    /// The organization has had its money.
    #[error("the organization has redeemed this promo code before")]
    AlreadyRedeemed,
    /// A cap is reached.
    #[error("the promo code is used up")]
    UsedUp,
    /// Its time is over.
    #[error("the promo code has expired")]
    Expired,
    /// Who gave up needs no money.
    #[error("the organization is closing or closed")]
    OrganizationClosed,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: &'static str,
    },
    /// The store failed; asking again is safe.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// It may be done; the same call again is safe and tells.
    #[error("the outcome is unknown; try again")]
    InDoubt,
}

impl From<StoreError> for PromoError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "promo codes could not be read or changed");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}

impl From<PromoRefusal> for PromoError {
    fn from(refusal: PromoRefusal) -> Self {
        match refusal {
            PromoRefusal::Inactive => Self::NotFound,
            PromoRefusal::Expired => Self::Expired,
            PromoRefusal::UsedUp => Self::UsedUp,
        }
    }
}

impl From<Refusal> for PromoError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OrganizationClosed => Self::OrganizationClosed,
            other => {
                tracing::error!(%other, "the money of a promo code was not moved");
                Self::Unavailable
            }
        }
    }
}
