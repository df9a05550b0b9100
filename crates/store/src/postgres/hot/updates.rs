//! Rows that every batch updates.
//!
//! The rows are found by a look-up per element (`LATERAL … OFFSET 0`) and changed by their place in the table: no other plan is
//! possible, whatever the statistics said when the statement was prepared. Nobody else moves them: the head is held. An update
//! that does not find all its rows divides by zero, because COMMIT is on its way before anybody could count.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::AstPass,
    sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Untyped},
};

use crate::{
    ledger::ChangedRequest,
    postgres::statement::{Statement, columns},
    rows::{HeadRow, MeterRow},
};

/// Ends an update: one row where all rows were found, else an error.
macro_rules! all_found {
    () => {
        " RETURNING 1) SELECT 1 / (count(*) = cardinality($1))::int FROM done"
    };
}

pub(super) use all_found;

macro_rules! update_requests {
    () => {
        "UPDATE requests r SET state = x.state, owner = x.owner, fence_until = x.fence_until, \
         flagged = x.flagged, external_id = x.external_id, ended_by = x.ended_by, ended_at = x.ended_at, cost = x.cost, \
         overrun = x.overrun, basis = x.basis, end_reason = x.end_reason, result = x.result \
         FROM (SELECT u.*, t.place FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         AS u (org_id, id, state, owner, fence_until, flagged, external_id, ended_by, ended_at, cost, overrun, basis, \
         end_reason, result) CROSS JOIN LATERAL (SELECT t.ctid AS place FROM requests t \
         WHERE t.org_id = u.org_id AND t.id = u.id OFFSET 0) t) x WHERE r.ctid = x.place"
    };
}

macro_rules! update_meters {
    () => {
        "UPDATE meters m SET posted = x.posted, held = x.held, count = x.count \
         FROM (SELECT u.*, t.place FROM unnest($1, $2, $3, $4, $5) AS u (org_id, key, posted, held, count) \
         CROSS JOIN LATERAL (SELECT t.ctid AS place FROM meters t \
         WHERE t.org_id = u.org_id AND t.key = u.key OFFSET 0) t) x WHERE m.ctid = x.place"
    };
}

macro_rules! update_heads {
    () => {
        "UPDATE org_heads h SET status = x.status, zone = x.zone, next_zone = x.next_zone, \
         next_zone_after = x.next_zone_after, seq = x.seq, epoch = x.epoch, last_now = x.last_now, hash = x.hash, \
         debt_live = x.debt_live, debt_test = x.debt_test \
         FROM (SELECT u.*, t.place FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         AS u (org_id, status, zone, next_zone, next_zone_after, seq, epoch, last_now, hash, debt_live, debt_test) \
         CROSS JOIN LATERAL (SELECT t.ctid AS place FROM org_heads t WHERE t.org_id = u.org_id OFFSET 0) t) x \
         WHERE h.ctid = x.place"
    };
}

pub(super) use {update_heads, update_meters, update_requests};

columns! {
    /// The last columns of requests that have a row.
    UpdateRequests from ChangedRequest = concat!("WITH done AS (", update_requests!(), all_found!());
    {
        org_id: Text = String,
        id: Text = String,
        state in tail: Text = String,
        owner in tail: Nullable<Text> = Option<String>,
        fence_until in tail: Nullable<BigInt> = Option<i64>,
        flagged in tail: Bool = bool,
        external_id in tail: Nullable<Text> = Option<String>,
        ended_by in tail: Nullable<Text> = Option<String>,
        ended_at in tail: Nullable<BigInt> = Option<i64>,
        cost in tail: Nullable<BigInt> = Option<i64>,
        overrun in tail: Nullable<BigInt> = Option<i64>,
        basis in tail: Nullable<Text> = Option<String>,
        end_reason in tail: Nullable<Text> = Option<String>,
        result in tail: Nullable<Binary> = Option<Vec<u8>>,
    }
}

columns! {
    /// Meters that had one.
    UpdateMeters from MeterRow = concat!("WITH done AS (", update_meters!(), all_found!());
    { org_id: Text = String, key: Text = String, posted: BigInt = i64, held: BigInt = i64, count: BigInt = i64, }
}

columns! {
    /// Heads.
    UpdateHeads from HeadRow = concat!("WITH done AS (", update_heads!(), all_found!());
    {
        org_id: Text = String,
        status: Text = String,
        zone: Text = String,
        next_zone: Nullable<Text> = Option<String>,
        next_zone_after: Nullable<Integer> = Option<i32>,
        seq: BigInt = i64,
        epoch: BigInt = i64,
        last_now: BigInt = i64,
        hash: Binary = Vec<u8>,
        debt_live: BigInt = i64,
        debt_test: BigInt = i64,
    }
}
