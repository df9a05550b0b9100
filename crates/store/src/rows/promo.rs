//! `promo_codes` and `promo_redemptions`.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, Timestamp,
    ports::StoreError,
    promo::{PromoCode, PromoRedemption},
};

use super::text::parse;
use crate::{
    error::unreadable,
    schema::{promo_codes, promo_redemptions},
};

const CODES: &str = "promo_codes";
const REDEMPTIONS: &str = "promo_redemptions";

/// A row of `promo_codes`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = promo_codes, treat_none_as_default_value = false)]
pub(crate) struct PromoCodeRow {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) amount: i64,
    pub(crate) most_redemptions: Option<i64>,
    pub(crate) most_total: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) note: String,
    pub(crate) active: bool,
    pub(crate) redemptions: i64,
    pub(crate) redeemed: i64,
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
}

/// A row of `promo_redemptions`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = promo_redemptions)]
pub(crate) struct PromoRedemptionRow {
    pub(crate) promo_id: String,
    pub(crate) org_id: String,
    pub(crate) user_id: String,
    pub(crate) amount: i64,
    pub(crate) redeemed_at: i64,
}

impl From<&PromoCode> for PromoCodeRow {
    fn from(promo: &PromoCode) -> Self {
        Self {
            id: promo.id.to_string(),
            code: promo.text.to_string(),
            amount: promo.amount.nanos(),
            most_redemptions: promo.most_redemptions.map(i64::from),
            most_total: promo.most_total.map(NanoUsd::nanos),
            expires_at: promo.expires_at.map(Timestamp::micros),
            note: promo.note.clone(),
            active: promo.active,
            redemptions: promo.redemptions.into(),
            redeemed: promo.redeemed.nanos(),
            created_at: promo.created_at.micros(),
            created_by: promo.created_by.to_string(),
        }
    }
}

impl TryFrom<PromoCodeRow> for PromoCode {
    type Error = StoreError;
    fn try_from(row: PromoCodeRow) -> Result<Self, StoreError> {
        let count = |column, value: i64| u32::try_from(value).map_err(|why| unreadable(CODES, column, why));
        Ok(Self {
            id: parse(CODES, "id", &row.id)?,
            text: parse(CODES, "code", &row.code)?,
            amount: NanoUsd::from_nanos(row.amount),
            most_redemptions: row.most_redemptions.map(|most| count("most_redemptions", most)).transpose()?,
            most_total: row.most_total.map(NanoUsd::from_nanos),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            note: row.note,
            active: row.active,
            redemptions: count("redemptions", row.redemptions)?,
            redeemed: NanoUsd::from_nanos(row.redeemed),
            created_at: Timestamp::from_micros(row.created_at),
            created_by: parse(CODES, "created_by", &row.created_by)?,
        })
    }
}

impl From<&PromoRedemption> for PromoRedemptionRow {
    fn from(redemption: &PromoRedemption) -> Self {
        Self {
            promo_id: redemption.promo.to_string(),
            org_id: redemption.org.to_string(),
            user_id: redemption.user.to_string(),
            amount: redemption.amount.nanos(),
            redeemed_at: redemption.redeemed_at.micros(),
        }
    }
}

impl TryFrom<PromoRedemptionRow> for PromoRedemption {
    type Error = StoreError;
    fn try_from(row: PromoRedemptionRow) -> Result<Self, StoreError> {
        Ok(Self {
            promo: parse(REDEMPTIONS, "promo_id", &row.promo_id)?,
            org: parse(REDEMPTIONS, "org_id", &row.org_id)?,
            user: parse(REDEMPTIONS, "user_id", &row.user_id)?,
            amount: NanoUsd::from_nanos(row.amount),
            redeemed_at: Timestamp::from_micros(row.redeemed_at),
        })
    }
}
