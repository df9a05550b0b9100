//! What a cheap look at the books reads: sums and few columns; nothing is opened that is sealed.

use diesel::{
    dsl::{count_star, min, sql},
    prelude::*,
    sql_types::BigInt,
};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    Mode, NanoUsd, OrgId, RequestId, Timestamp,
    approval::ApprovalStatus,
    budget::{AccountOwner, Meter, MeterKey},
    dispatch::RequestState,
    ports::{Movement, OpenHold, StoreError},
};

use super::{Conn, nodes};
use crate::{
    error::{store_error, unreadable},
    rows::{MeterRow, parse},
    schema::{approvals, journal, meters, node_leases, open_outcomes, requests},
};

/// States of requests that are still being sent: no list has them, but they are younger than the watermark.
const SENDING: [&str; 2] = [RequestState::Admitted.as_str(), RequestState::Dispatching.as_str()];

type Account = (Mode, AccountOwner, Meter);

/// The accounts, by the part of their keys that is before the owner.
pub(super) async fn accounts(conn: &mut Conn, org: OrgId) -> Result<Vec<Account>, StoreError> {
    let mut found = Vec::new();
    for mode in [Mode::Live, Mode::Test] {
        let query = meters::table
            .filter(meters::org_id.eq(org.to_string()))
            .filter(meters::key.ge(format!("{mode}:account:")))
            // The letter after the colon.
            .filter(meters::key.lt(format!("{mode}:account;")))
            .select(MeterRow::as_select());
        let rows: Vec<MeterRow> = query.load(conn).await.map_err(store_error)?;
        found.extend(rows);
    }
    found.into_iter().map(account).collect()
}

fn account(row: MeterRow) -> Result<Account, StoreError> {
    match row.meter_key()? {
        MeterKey::Account(mode, owner) => Ok((mode, owner, row.meter())),
        _ => Err(unreadable("meters", "key", "it is no account")),
    }
}

/// What was moved, summed up by the database.
pub(super) async fn moved(conn: &mut Conn, org: OrgId, after_seq: i64) -> Result<Vec<Movement>, StoreError> {
    let query = journal::table
        .filter(journal::org_id.eq(org.to_string()))
        .filter(journal::seq.gt(after_seq))
        .filter(journal::amount.is_not_null())
        .group_by((journal::mode, journal::debit, journal::credit))
        .select((
            journal::mode.assume_not_null(),
            journal::debit.assume_not_null(),
            journal::credit.assume_not_null(),
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ));
    let rows: Vec<(String, String, String, i64)> = query.load(conn).await.map_err(store_error)?;
    rows.iter().map(movement).collect()
}

fn movement((mode, debit, credit, amount): &(String, String, String, i64)) -> Result<Movement, StoreError> {
    Ok(Movement {
        mode: parse("journal", "mode", mode)?,
        debit: parse("journal", "debit", debit)?,
        credit: parse("journal", "credit", credit)?,
        amount: NanoUsd::from_nanos(*amount),
    })
}

/// The columns of a hold.
#[derive(Queryable, Selectable)]
#[diesel(table_name = requests)]
struct HoldRow {
    org_id: String,
    mode: String,
    hold_account: Option<String>,
    hold_amount: Option<i64>,
    state: String,
    created_at: i64,
}

/// Running and unknown ones by their list, the others by the oldest watermark.
pub(super) async fn open_holds(conn: &mut Conn) -> Result<Vec<OpenHold>, StoreError> {
    let mut rows = outcomes(conn).await?;
    let watermark = watermark(conn).await?;
    let mut after = String::new();
    loop {
        let orgs = nodes::unfinished::busy_since(conn, watermark, &after).await?;
        let Some(last) = orgs.last() else { break };
        after.clone_from(last);
        rows.extend(sending(conn, watermark, orgs).await?);
    }
    rows.into_iter().filter_map(|row| row.hold().transpose()).collect()
}

async fn outcomes(conn: &mut Conn) -> Result<Vec<HoldRow>, StoreError> {
    let row = requests::org_id.eq(open_outcomes::org_id).and(requests::id.eq(open_outcomes::request_id));
    let query = open_outcomes::table.inner_join(requests::table.on(row)).select(HoldRow::as_select());
    query.load(conn).await.map_err(store_error)
}

async fn watermark(conn: &mut Conn) -> Result<Timestamp, StoreError> {
    let oldest = node_leases::table.select(min(node_leases::watermark)).first::<Option<i64>>(conn).await;
    Ok(Timestamp::from_micros(oldest.map_err(store_error)?.unwrap_or_default()))
}

async fn sending(conn: &mut Conn, watermark: Timestamp, orgs: Vec<String>) -> Result<Vec<HoldRow>, StoreError> {
    let query = requests::table
        .filter(requests::org_id.eq_any(orgs))
        .filter(requests::id.ge(RequestId::earliest(watermark).to_string()))
        .filter(requests::state.eq_any(SENDING))
        .select(HoldRow::as_select());
    query.load(conn).await.map_err(store_error)
}

impl HoldRow {
    fn hold(&self) -> Result<Option<OpenHold>, StoreError> {
        let (Some(account), Some(amount)) = (&self.hold_account, self.hold_amount) else { return Ok(None) };
        Ok(Some(OpenHold {
            org: parse("requests", "org_id", &self.org_id)?,
            mode: parse("requests", "mode", &self.mode)?,
            account: parse("requests", "hold_account", account)?,
            amount: NanoUsd::from_nanos(amount),
            state: parse("requests", "state", &self.state)?,
            created_at: Timestamp::from_micros(self.created_at),
        }))
    }
}

/// How many questions are pending, by the index of their ends.
pub(super) async fn pending_approvals(conn: &mut Conn) -> Result<Vec<(Mode, u64)>, StoreError> {
    let query = approvals::table
        .filter(approvals::status.eq(ApprovalStatus::Pending.as_str()))
        .group_by(approvals::mode)
        .select((approvals::mode, count_star()));
    let rows: Vec<(String, i64)> = query.load(conn).await.map_err(store_error)?;
    let count = |(mode, count): &(String, i64)| {
        Ok((parse("approvals", "mode", mode)?, u64::try_from(*count).unwrap_or_default()))
    };
    rows.iter().map(count).collect()
}
