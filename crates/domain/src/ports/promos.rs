//! Promotional codes. They belong to the installation: their rows are guarded by [`OrgId::PLATFORM`].

use async_trait::async_trait;

use super::StoreError;
use crate::{
    OrgId, PromoCodeId,
    promo::{PromoCode, PromoRedemption, PromoText},
};

/// Codes, outside a transaction.
#[async_trait]
pub trait PromoQueries: Send + Sync {
    /// At most `limit` codes, the newest first, those that were taken back too; only older ones than `before`.
    async fn promo_codes(&self, before: Option<PromoCodeId>, limit: u32) -> Result<Vec<PromoCode>, StoreError>;
}

/// Codes and redemptions inside a transaction. Writing MUST hold the platform organization.
#[async_trait]
pub trait PromoRepository: Send {
    /// Inserts a code; its word is unique.
    async fn insert(&mut self, promo: &PromoCode) -> Result<(), StoreError>;
    /// The code of that word.
    async fn find(&mut self, text: &PromoText) -> Result<Option<PromoCode>, StoreError>;
    /// Writes whether it is active, and what was redeemed.
    async fn update(&mut self, promo: &PromoCode) -> Result<(), StoreError>;
    /// Inserts a redemption; one per code and organization, which MUST be held too.
    async fn insert_redemption(&mut self, redemption: &PromoRedemption) -> Result<(), StoreError>;
    /// The redemption of an organization.
    async fn redemption(&mut self, promo: PromoCodeId, org: OrgId) -> Result<Option<PromoRedemption>, StoreError>;
}
