//! Promotional codes: the platform gives money to organizations that know a word, within caps.
//!
//! The rule is here, about one code; that an organization redeems a code once is a row of its own, and the money moves by
//! the ledger. Both happen in the transaction that holds the platform's row, so no cap is exceeded.

mod code;

pub use code::{InvalidPromoText, PromoText};

use crate::{NanoUsd, OrgId, PromoCodeId, Timestamp, UserId};

/// A code and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromoCode {
    /// Its id.
    pub id: PromoCodeId,
    /// The word; unique in the installation, for good.
    pub text: PromoText,
    /// What each redemption brings, in live money; more than zero.
    pub amount: NanoUsd,
    /// How many organizations may redeem it; absent = any number.
    pub most_redemptions: Option<u32>,
    /// What all redemptions together may bring; absent = any sum.
    pub most_total: Option<NanoUsd>,
    /// From then on it is worth nothing.
    pub expires_at: Option<Timestamp>,
    /// Why it exists, for those who run the installation.
    pub note: String,
    /// Whether it can be redeemed, apart from caps and end.
    pub active: bool,
    /// How many organizations redeemed it.
    pub redemptions: u32,
    /// What they got together.
    pub redeemed: NanoUsd,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: UserId,
}

/// An organization got the money of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromoRedemption {
    /// Which code.
    pub promo: PromoCodeId,
    /// Which organization; once for each code.
    pub org: OrgId,
    /// Who redeemed it.
    pub user: UserId,
    /// What it brought.
    pub amount: NanoUsd,
    /// When.
    pub redeemed_at: Timestamp,
}

/// Why a code brings nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PromoRefusal {
    /// Taken back by those who run the installation: as if it did not exist.
    #[error("there is no such promo code")]
    Inactive,
    /// Its time is over.
    #[error("the promo code has expired")]
    Expired,
    /// One more redemption would exceed a cap.
    #[error("the promo code is used up")]
    UsedUp,
}

impl PromoCode {
    /// Takes one redemption, or says why there is none.
    ///
    /// # Errors
    ///
    /// A [`PromoRefusal`]; the code is as before.
    pub fn redeem(&mut self, now: Timestamp) -> Result<NanoUsd, PromoRefusal> {
        if !self.active {
            return Err(PromoRefusal::Inactive);
        }
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(PromoRefusal::Expired);
        }
        let redemptions = self.redemptions.checked_add(1).ok_or(PromoRefusal::UsedUp)?;
        let redeemed = self.redeemed.checked_add(self.amount).ok_or(PromoRefusal::UsedUp)?;
        let too_many = self.most_redemptions.is_some_and(|most| redemptions > most);
        if too_many || self.most_total.is_some_and(|most| redeemed > most) {
            return Err(PromoRefusal::UsedUp);
        }
        (self.redemptions, self.redeemed) = (redemptions, redeemed);
        Ok(self.amount)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn code(amount: i64, most_redemptions: Option<u32>, most_total: Option<i64>) -> PromoCode {
        PromoCode {
            id: PromoCodeId::new(Uuid::from_u128(1)),
            text: "WELCOME".parse().unwrap(),
            amount: NanoUsd::from_nanos(amount),
            most_redemptions,
            most_total: most_total.map(NanoUsd::from_nanos),
            expires_at: Some(Timestamp::from_micros(10)),
            note: String::new(),
            active: true,
            redemptions: 0,
            redeemed: NanoUsd::ZERO,
            created_at: Timestamp::default(),
            created_by: UserId::new(Uuid::from_u128(2)),
        }
    }

    proptest! {
        #[test]
        fn no_cap_is_exceeded_and_none_is_left_unused(amount in 1..1_000_i64, count in 0..20_u32, total in 0..9_999_i64) {
            let mut code = code(amount, Some(count), Some(total));
            while code.redeem(Timestamp::default()).is_ok() {
                prop_assert!(code.redemptions <= count);
                prop_assert!(code.redeemed.nanos() <= total);
                prop_assert_eq!(code.redeemed.nanos(), amount * i64::from(code.redemptions));
            }
            prop_assert!(code.redemptions == count || code.redeemed.nanos() + amount > total);
        }
    }

    #[test]
    fn a_refused_redemption_changes_nothing() {
        let fresh = code(5, Some(1), None);
        type Change = fn(&mut PromoCode);
        let cases: [(Change, i64, PromoRefusal); 5] = [
            (|code| code.active = false, 0, PromoRefusal::Inactive),
            (|_| (), 10, PromoRefusal::Expired),
            (|code| code.redemptions = 1, 0, PromoRefusal::UsedUp),
            (|code| code.most_total = Some(NanoUsd::from_nanos(4)), 0, PromoRefusal::UsedUp),
            (|code| code.redeemed = NanoUsd::MAX, 0, PromoRefusal::UsedUp),
        ];
        for (change, now, expected) in cases {
            let mut code = fresh.clone();
            change(&mut code);
            let before = code.clone();
            assert_eq!(code.redeem(Timestamp::from_micros(now)), Err(expected));
            assert_eq!(code, before);
        }
        let mut code = fresh;
        assert_eq!(code.redeem(Timestamp::from_micros(9)), Ok(NanoUsd::from_nanos(5)));
    }
}
