//! `promo_codes` and `promo_redemptions`. They belong to the installation: whoever writes one holds the platform organization.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, PromoCodeId,
    ports::{PromoRepository, StoreError},
    promo::{PromoCode, PromoRedemption, PromoText},
};

use super::{OpenTx, constraint};
use crate::{
    queries::in_row,
    rows::{PromoCodeRow, PromoRedemptionRow},
    schema::{promo_codes, promo_redemptions},
};

#[async_trait]
impl PromoRepository for OpenTx<'_> {
    async fn insert(&mut self, promo: &PromoCode) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row = PromoCodeRow::from(promo);
        let inserted = diesel::insert_into(promo_codes::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn find(&mut self, text: &PromoText) -> Result<Option<PromoCode>, StoreError> {
        let query = promo_codes::table.filter(promo_codes::code.eq(text.as_str())).select(PromoCodeRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(text, PromoCode::try_from(row))).transpose()
    }

    async fn update(&mut self, promo: &PromoCode) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row = PromoCodeRow::from(promo);
        let values = (
            promo_codes::active.eq(row.active),
            promo_codes::redemptions.eq(row.redemptions),
            promo_codes::redeemed.eq(row.redeemed),
        );
        let updated = diesel::update(promo_codes::table.find(row.id)).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("promo_codes: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn insert_redemption(&mut self, redemption: &PromoRedemption) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        self.require_held(redemption.org)?;
        let row = PromoRedemptionRow::from(redemption);
        let inserted = diesel::insert_into(promo_redemptions::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn redemption(&mut self, promo: PromoCodeId, org: OrgId) -> Result<Option<PromoRedemption>, StoreError> {
        let query =
            promo_redemptions::table.find((promo.to_string(), org.to_string())).select(PromoRedemptionRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(promo, PromoRedemption::try_from(row))).transpose()
    }
}
