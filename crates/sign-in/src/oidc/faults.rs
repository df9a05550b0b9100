//! What went wrong at a provider, as the port tells it. The texts are for logs.

use std::error::Error;

use openidconnect::{RequestTokenError, StandardErrorResponse, core::CoreErrorResponseType};
use upivia_domain::ports::IdentityFault;

use super::http::HttpFault;

type RedemptionError = RequestTokenError<HttpFault, StandardErrorResponse<CoreErrorResponseType>>;

/// Why a code could not be redeemed: the provider may refuse the code, or us, or not answer at all.
pub(super) fn redemption(error: RedemptionError) -> IdentityFault {
    match error {
        RequestTokenError::ServerResponse(answer) if *answer.error() == CoreErrorResponseType::InvalidGrant => {
            IdentityFault::Refused("the code does not count".to_owned())
        }
        RequestTokenError::ServerResponse(answer) => {
            IdentityFault::Unavailable(format!("it refuses us: {}", answer.error()))
        }
        other => unavailable(&other),
    }
}

/// A fault that says nothing about the person.
pub(super) fn unavailable(error: &(dyn Error + 'static)) -> IdentityFault {
    IdentityFault::Unavailable(with_causes(error))
}

/// An error with its causes, for logs.
pub(super) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
