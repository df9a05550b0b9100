//! `promo_codes`. Ids are in the order of birth.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{PromoCodeId, ports::StoreError, promo::PromoCode};

use super::Conn;
use crate::{error::store_error, queries::in_row, rows::PromoCodeRow, schema::promo_codes};

pub(crate) async fn list(
    conn: &mut Conn,
    before: Option<PromoCodeId>,
    limit: u32,
) -> Result<Vec<PromoCode>, StoreError> {
    let mut query = promo_codes::table
        .order(promo_codes::id.desc())
        .limit(i64::from(limit))
        .select(PromoCodeRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(promo_codes::id.lt(before.to_string()));
    }
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(row.id.clone(), PromoCode::try_from(row))).collect()
}
