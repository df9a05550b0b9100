//! A person's decision as it is sent.

use serde::Deserialize;
use upivia_application::outcomes::Decision;
use upivia_domain::{NanoUsd, ledger::Resolution};
use utoipa::ToSchema;

use crate::{
    ApiError, Input,
    fields::{self, Member},
    v1::idempotency,
};

/// Exactly one of charge and release.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ResolveBody {
    /// It was executed and cost so many cents.
    #[schema(value_type = Option<i64>, minimum = 0)]
    charge_cents: Member,
    /// It was executed and cost this, as an exact decimal number.
    #[schema(value_type = Option<String>, example = "0.0125")]
    charge_usd: Member,
    /// It was not executed.
    #[schema(value_type = Option<bool>)]
    release: Member,
    /// Why, for those who ask later.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Member,
}

/// Why somebody has seen enough.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AcknowledgeBody {
    /// For those who ask later; it stands in the audit trail.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Member,
}

impl AcknowledgeBody {
    pub(super) fn into_reason(self) -> Result<String, ApiError> {
        fields::required("reason", fields::reason("reason", self.reason)?)
    }
}

impl ResolveBody {
    /// The decision, and the member that named its amount.
    pub(super) fn into_decision(self, input: &Input) -> Result<(Decision, &'static str), ApiError> {
        let key = idempotency::key(input)?;
        let cents = fields::cents("charge_cents", self.charge_cents)?;
        let dollars = fields::text("charge_usd", self.charge_usd)?.map(|text| dollars(&text)).transpose()?;
        let release = fields::flag("release", self.release)?.unwrap_or_default();
        let (resolution, field) = one(cents, dollars, release)?;
        let reason = fields::required("reason", fields::reason("reason", self.reason)?)?;
        Ok((Decision { resolution, reason, key }, field))
    }
}

fn one(
    cents: Option<NanoUsd>,
    dollars: Option<NanoUsd>,
    release: bool,
) -> Result<(Resolution, &'static str), ApiError> {
    const WANTED: &str = "exactly one of charge_cents, charge_usd and release (true) is needed";
    match (cents, dollars, release) {
        (Some(cost), None, false) => Ok((Resolution::Charge(cost), "charge_cents")),
        (None, Some(cost), false) => Ok((Resolution::Charge(cost), "charge_usd")),
        (None, None, true) => Ok((Resolution::Release, "release")),
        (None, None, false) => Err(ApiError::invalid("charge_cents", WANTED)),
        (_, _, true) => Err(ApiError::invalid("release", WANTED)),
        (Some(_), Some(_), false) => Err(ApiError::invalid("charge_usd", WANTED)),
    }
}

fn dollars(text: &str) -> Result<NanoUsd, ApiError> {
    NanoUsd::from_usd(text).map_err(|error| ApiError::invalid("charge_usd", error))
}
