//! Promotional codes.

use async_trait::async_trait;
use upivia_domain::{
    PromoCodeId,
    ports::{PromoQueries, StoreError},
    promo::PromoCode,
};

use super::ask;
use crate::Store;

#[async_trait]
impl PromoQueries for Store {
    async fn promo_codes(&self, before: Option<PromoCodeId>, limit: u32) -> Result<Vec<PromoCode>, StoreError> {
        ask!(self, read queries::promos::list(before, limit))
    }
}
