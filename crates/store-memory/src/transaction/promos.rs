//! Promotional codes inside a transaction. They are rows of the platform organization.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, PromoCodeId,
    ports::{PromoRepository, StoreError},
    promo::{PromoCode, PromoRedemption, PromoText},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(format!("promo_codes: {text}"))
}

#[async_trait]
impl PromoRepository for Transaction {
    async fn insert(&mut self, promo: &PromoCode) -> Result<(), StoreError> {
        let known = self.knows_user(promo.created_by);
        self.change_beside(OrgId::PLATFORM, |rows| {
            let taken = rows.promo_codes.values().any(|one| one.text == promo.text || one.id == promo.id);
            if taken || !known {
                return Err(constraint("the word or id exists, or the person does not"));
            }
            rows.promo_codes.insert(promo.id, promo.clone());
            Ok(())
        })
    }

    async fn find(&mut self, text: &PromoText) -> Result<Option<PromoCode>, StoreError> {
        let of_text = |one: &&PromoCode| one.text == *text;
        Ok(self.see(OrgId::PLATFORM, |rows| rows.promo_codes.values().find(of_text).cloned()).flatten())
    }

    async fn update(&mut self, promo: &PromoCode) -> Result<(), StoreError> {
        self.change_beside(OrgId::PLATFORM, |rows| {
            let row = rows.promo_codes.get_mut(&promo.id).ok_or_else(|| constraint("there is no such row"))?;
            let too_many = row.most_redemptions.is_some_and(|most| promo.redemptions > most);
            if too_many || row.most_total.is_some_and(|most| promo.redeemed > most) {
                return Err(constraint("more than its caps"));
            }
            (row.active, row.redemptions, row.redeemed) = (promo.active, promo.redemptions, promo.redeemed);
            Ok(())
        })
    }

    async fn insert_redemption(&mut self, redemption: &PromoRedemption) -> Result<(), StoreError> {
        let held = self.open(redemption.org).map(drop);
        self.remember(held)?;
        let known = self.knows_user(redemption.user);
        self.change_beside(OrgId::PLATFORM, |rows| {
            let key = (redemption.promo, redemption.org);
            let fits = known && rows.promo_codes.contains_key(&redemption.promo);
            if !fits || rows.promo_redemptions.contains_key(&key) {
                return Err(constraint("redeemed before, or code or person do not exist"));
            }
            rows.promo_redemptions.insert(key, *redemption);
            Ok(())
        })
    }

    async fn redemption(&mut self, promo: PromoCodeId, org: OrgId) -> Result<Option<PromoRedemption>, StoreError> {
        Ok(self.see(OrgId::PLATFORM, |rows| rows.promo_redemptions.get(&(promo, org)).copied()).flatten())
    }
}
