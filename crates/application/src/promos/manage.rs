//! What who runs the installation does with codes.

use serde_json::json;
use upivia_domain::{
    NanoUsd, OrgId, PromoCodeId, Timestamp,
    ports::{Tx, transact},
    promo::{PromoCode, PromoText},
};

use super::{PromoError, Promos, object};
use crate::access::{Author, Entry, UserCaller};

/// A code to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPromo {
    /// The word.
    pub text: PromoText,
    /// What each redemption brings; more than zero.
    pub amount: NanoUsd,
    /// How many organizations may redeem it; absent = any number.
    pub most_redemptions: Option<u32>,
    /// What all redemptions together may bring; absent = any sum.
    pub most_total: Option<NanoUsd>,
    /// From then on it is worth nothing; absent = never.
    pub expires_at: Option<Timestamp>,
    /// Why it exists.
    pub note: String,
}

/// A page of codes, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromoPage {
    /// The codes.
    pub promos: Vec<PromoCode>,
    /// Where the next page begins; absent on the last.
    pub next: Option<PromoCodeId>,
}

impl Promos {
    /// The codes, those that were taken back too.
    ///
    /// # Errors
    ///
    /// [`PromoError::NotPlatformAdmin`], or the store's.
    pub async fn list(
        &self,
        caller: &UserCaller,
        before: Option<PromoCodeId>,
        limit: u32,
    ) -> Result<PromoPage, PromoError> {
        if !self.parts.people.is_platform_admin(caller.user).await? {
            return Err(PromoError::NotPlatformAdmin);
        }
        let mut promos = self.parts.promos.promo_codes(before, limit.saturating_add(1)).await?;
        let is_last = promos.len() <= usize::try_from(limit).unwrap_or(usize::MAX);
        promos.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = promos.last().map(|promo| promo.id).filter(|_| !is_last);
        Ok(PromoPage { promos, next })
    }

    /// Makes a code.
    ///
    /// # Errors
    ///
    /// See [`PromoError`].
    pub async fn create(&self, author: Author, new: NewPromo) -> Result<PromoCode, PromoError> {
        let id = PromoCodeId::new(self.parts.ids.uuid());
        transact(&*self.parts.unit, &[OrgId::PLATFORM], move |tx| Box::pin(create(tx, author, id, new))).await
    }

    /// Takes a code back: from now on nobody can redeem it. What was redeemed stays. Repeated, it changes nothing.
    ///
    /// # Errors
    ///
    /// See [`PromoError`].
    pub async fn remove(&self, author: Author, text: PromoText) -> Result<PromoCode, PromoError> {
        transact(&*self.parts.unit, &[OrgId::PLATFORM], move |tx| Box::pin(remove(tx, author, text))).await
    }
}

async fn create(tx: &mut dyn Tx, author: Author, id: PromoCodeId, new: NewPromo) -> Result<PromoCode, PromoError> {
    require_platform_admin(tx, &author).await?;
    let now = tx.now();
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(PromoError::Invalid { field: "expires_at", message: "must be in the future" });
    }
    if new.most_total.is_some_and(|most| most < new.amount) {
        return Err(PromoError::Invalid { field: "max_total_cents", message: "must be at least amount_cents" });
    }
    if tx.promos().find(&new.text).await?.is_some() {
        return Err(PromoError::Exists);
    }
    let promo = PromoCode {
        id,
        text: new.text,
        amount: new.amount,
        most_redemptions: new.most_redemptions,
        most_total: new.most_total,
        expires_at: new.expires_at,
        note: new.note,
        active: true,
        redemptions: 0,
        redeemed: NanoUsd::ZERO,
        created_at: now,
        created_by: author.caller.user,
    };
    tx.promos().insert(&promo).await?;
    author.record_at(tx, OrgId::PLATFORM, created(&promo)).await?;
    Ok(promo)
}

async fn remove(tx: &mut dyn Tx, author: Author, text: PromoText) -> Result<PromoCode, PromoError> {
    require_platform_admin(tx, &author).await?;
    let mut promo = tx.promos().find(&text).await?.ok_or(PromoError::NotFound)?;
    if !promo.active {
        return Ok(promo);
    }
    promo.active = false;
    tx.promos().update(&promo).await?;
    let detail = json!({
        "code": promo.text.as_str(),
        "redemptions": promo.redemptions,
        "redeemed": promo.redeemed.nanos(),
    });
    author.record_at(tx, OrgId::PLATFORM, entry("promo.removed", promo.id, detail)).await?;
    Ok(promo)
}

async fn require_platform_admin(tx: &mut dyn Tx, author: &Author) -> Result<(), PromoError> {
    if author.runs_the_installation(tx).await? { Ok(()) } else { Err(PromoError::NotPlatformAdmin) }
}

fn created(promo: &PromoCode) -> Entry {
    let detail = json!({
        "code": promo.text.as_str(),
        "amount": promo.amount.nanos(),
        "most_redemptions": promo.most_redemptions,
        "most_total": promo.most_total.map(NanoUsd::nanos),
        "expires_at": promo.expires_at,
    });
    entry("promo.created", promo.id, detail)
}

fn entry(kind: &'static str, id: PromoCodeId, detail: serde_json::Value) -> Entry {
    Entry { kind, object: object(id), agent: None, operation: None, detail }
}
