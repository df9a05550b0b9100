//! What people send about teams. A cap that is absent stays as it is; null lifts it.

use serde::Deserialize;
use upivia_application::{
    budgets::{Caps, Direction, Sum},
    teams::{NewMember, Person, TeamChange},
};
use upivia_domain::{Mode, NanoUsd, identity::Name, team::TeamRole};
use utoipa::ToSchema;

use crate::{
    ApiError, Input,
    fields::{self, Member},
    v1::idempotency,
};

/// A team to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateTeam {
    /// 1 to 200 characters.
    #[schema(value_type = String, example = "Research")]
    name: Member,
    /// What its agents may spend in a month; absent: no cap.
    #[serde(alias = "monthlyLimitCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    monthly_limit_cents: Member,
}

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeTeam {
    #[schema(value_type = Option<String>)]
    name: Member,
    /// Whole cents, or null for no cap.
    #[serde(default, alias = "monthlyLimitCents", deserialize_with = "fields::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    monthly_limit_cents: Member,
    /// Whether its agents spend from a pool of their own.
    #[schema(value_type = Option<bool>)]
    has_pool: Member,
}

/// A member to be: one of `user_id` and `email`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct AddMember {
    /// Somebody of the organization.
    #[serde(alias = "userId")]
    #[schema(value_type = Option<String>)]
    user_id: Member,
    /// The same by address.
    #[schema(value_type = Option<String>)]
    email: Member,
    /// `manager` or `worker`; absent: worker.
    #[schema(value_type = Option<String>, example = "worker")]
    role: Member,
    /// A custom role instead.
    #[serde(alias = "roleId")]
    #[schema(value_type = Option<String>)]
    role_id: Member,
}

/// Another role: one of the two members.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct SetRole {
    /// `manager` or `worker`.
    #[schema(value_type = Option<String>, example = "manager")]
    role: Member,
    /// A custom role of the organization.
    #[serde(alias = "roleId")]
    #[schema(value_type = Option<String>)]
    role_id: Member,
}

/// Money to be moved.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveMoney {
    /// Whole cents, more than 0.
    #[serde(alias = "amountCents")]
    #[schema(value_type = i64, minimum = 1)]
    amount_cents: Member,
    /// `live` or `test`; absent: live.
    #[schema(value_type = Option<String>)]
    mode: Member,
}

/// Money for a worker, and caps.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(crate) struct AllocateToWorker {
    /// Whole cents; 0 or absent sets caps only.
    #[serde(alias = "amountCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    amount_cents: Member,
    /// `live` or `test`; absent: live. Caps hold in both, each by itself.
    #[schema(value_type = Option<String>)]
    mode: Member,
    /// In a day. Absent: stays; null: no cap.
    #[serde(default, alias = "dailyLimitCents", deserialize_with = "fields::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    daily_limit_cents: Member,
    /// In a month. Absent: stays; null: no cap.
    #[serde(default, alias = "monthlyLimitCents", deserialize_with = "fields::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    monthly_limit_cents: Member,
    /// In all, since the first allocation. Absent: stays; null: no cap.
    #[serde(default, alias = "hardLimitCents", deserialize_with = "fields::present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    hard_limit_cents: Member,
}

impl CreateTeam {
    pub(super) fn into_parts(self) -> Result<(Name, Option<NanoUsd>), ApiError> {
        let name = fields::required("name", fields::parsed("name", self.name)?)?;
        Ok((name, fields::cents("monthly_limit_cents", self.monthly_limit_cents)?))
    }
}

impl ChangeTeam {
    pub(super) fn into_change(self) -> Result<TeamChange, ApiError> {
        Ok(TeamChange {
            name: fields::parsed("name", self.name)?,
            month_cap: fields::cap("monthly_limit_cents", self.monthly_limit_cents)?,
            has_pool: fields::flag("has_pool", self.has_pool)?,
        })
    }
}

impl AddMember {
    pub(super) fn into_new(self) -> Result<NewMember, ApiError> {
        let role = role(self.role, self.role_id)?.unwrap_or(TeamRole::Worker);
        let (id, email) = (fields::parsed("user_id", self.user_id)?, fields::parsed("email", self.email)?);
        let person = match (id, email) {
            (Some(id), None) => Person::Id(id),
            (None, Some(email)) => Person::Email(email),
            _ => return Err(ApiError::invalid("user_id", "is required, or email instead of it")),
        };
        Ok(NewMember { person, role })
    }
}

impl SetRole {
    pub(super) fn into_role(self) -> Result<TeamRole, ApiError> {
        role(self.role, self.role_id)?.ok_or_else(|| ApiError::invalid("role", "is required, or role_id"))
    }
}

fn role(role: Member, role_id: Member) -> Result<Option<TeamRole>, ApiError> {
    match (fields::parsed("role", role)?, fields::parsed("role_id", role_id)?) {
        (Some(_), Some(_)) => Err(ApiError::invalid("role_id", "is there beside role")),
        (role, id) => Ok(role.or(id.map(TeamRole::Custom))),
    }
}

impl MoveMoney {
    pub(super) fn into_sum(self, input: &Input) -> Result<Sum, ApiError> {
        let amount = fields::positive_cents("amount_cents", self.amount_cents)?;
        Ok(Sum { mode: mode(self.mode)?, amount, key: idempotency::key(input)? })
    }
}

impl AllocateToWorker {
    pub(super) fn into_parts(self, input: &Input) -> Result<(Direction, Sum, Caps), ApiError> {
        let amount = fields::cents("amount_cents", self.amount_cents)?.unwrap_or(NanoUsd::ZERO);
        let caps = Caps {
            day: fields::cap("daily_limit_cents", self.daily_limit_cents)?,
            month: fields::cap("monthly_limit_cents", self.monthly_limit_cents)?,
            life: fields::cap("hard_limit_cents", self.hard_limit_cents)?,
        };
        if amount.is_zero() && caps == Caps::default() {
            return Err(ApiError::invalid("amount_cents", "must be more than 0 where no limit is sent"));
        }
        let sum = Sum { mode: mode(self.mode)?, amount, key: idempotency::key(input)? };
        Ok((Direction::Allocate, sum, caps))
    }
}

fn mode(member: Member) -> Result<Mode, ApiError> {
    Ok(fields::parsed("mode", member)?.unwrap_or(Mode::Live))
}
