//! What a batch writes. Every update must find its row: whoever holds the organization's lock has just read it.

use diesel::{
    prelude::*,
    query_builder::AstPass,
    result::Error,
    sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text},
    sqlite::Sqlite,
};
use upivia_domain::ports::StoreError;

use super::statement::{Prepared, Update, update};
use crate::{
    error::store_error,
    ledger::{Changed, ChangedRequest, OpenOutcome, RecordedCommand, Suspension},
    rows::{ApprovalRow, HeadRow, JournalRow, MeterRow, RequestRow},
    schema::{approvals, commands, flagged_requests, journal, meters, open_outcomes, requests, suspensions},
    sqlite::Conn,
};

update! {
    ChangedRequest = "UPDATE requests SET state = ?, owner = ?, fence_until = ?, flagged = ?, external_id = ?, ended_by = ?, \
        ended_at = ?, cost = ?, overrun = ?, basis = ?, end_reason = ?, result = ? WHERE org_id = ? AND id = ?";
    tail.state: Text,
    tail.owner: Nullable<Text>,
    tail.fence_until: Nullable<BigInt>,
    tail.flagged: Bool,
    tail.external_id: Nullable<Text>,
    tail.ended_by: Nullable<Text>,
    tail.ended_at: Nullable<BigInt>,
    tail.cost: Nullable<BigInt>,
    tail.overrun: Nullable<BigInt>,
    tail.basis: Nullable<Text>,
    tail.end_reason: Nullable<Text>,
    tail.result: Nullable<Binary>,
    org_id: Text,
    id: Text,
}

update! {
    MeterRow = "UPDATE meters SET posted = ?, held = ?, count = ? WHERE org_id = ? AND key = ?";
    posted: BigInt, held: BigInt, count: BigInt, org_id: Text, key: Text,
}

update! {
    HeadRow = "UPDATE org_heads SET status = ?, zone = ?, next_zone = ?, next_zone_after = ?, seq = ?, epoch = ?, \
        last_now = ?, hash = ?, debt_live = ?, debt_test = ? WHERE org_id = ?";
    status: Text,
    zone: Text,
    next_zone: Nullable<Text>,
    next_zone_after: Nullable<Integer>,
    seq: BigInt,
    epoch: BigInt,
    last_now: BigInt,
    hash: Binary,
    debt_live: BigInt,
    debt_test: BigInt,
    org_id: Text,
}

/// Writes all rows.
pub(crate) async fn write(conn: &mut Conn, changed: &Changed) -> Result<(), StoreError> {
    let rows = Rows {
        replaced: changed.replaced(),
        new_requests: changed.new_requests()?,
        changed_requests: changed.changed_requests()?,
        new_meters: changed.new_meters(),
        changed_meters: changed.changed_meters(),
        journal: changed.journal(),
        heads: changed.heads(),
        recorded: changed.recorded(),
        suspensions: changed.suspensions(),
        lifted: changed.lifted(),
        approvals: changed.approvals(),
        open: changed.open(),
        closed: changed.closed(),
        flagged: changed.flagged(),
    };
    conn.spawn_blocking(move |conn| all(conn, rows)).await.map_err(store_error)
}

struct Rows {
    replaced: Vec<(String, String)>,
    new_requests: Vec<RequestRow>,
    changed_requests: Vec<ChangedRequest>,
    new_meters: Vec<MeterRow>,
    changed_meters: Vec<MeterRow>,
    journal: Vec<JournalRow>,
    heads: Vec<HeadRow>,
    recorded: Vec<RecordedCommand>,
    suspensions: Vec<Suspension>,
    lifted: Vec<Suspension>,
    approvals: Vec<ApprovalRow>,
    open: Vec<OpenOutcome>,
    closed: Vec<(String, String)>,
    flagged: Vec<(String, String)>,
}

fn all(conn: &mut SqliteConnection, rows: Rows) -> QueryResult<()> {
    for key in rows.replaced {
        one(diesel::delete(requests::table.find(key)).execute(conn)?)?;
    }
    for row in &rows.new_requests {
        diesel::insert_into(requests::table).values(row).execute(conn)?;
    }
    for row in rows.changed_requests {
        one(Prepared(row).execute(conn)?)?;
    }
    for row in &rows.new_meters {
        diesel::insert_into(meters::table).values(row).execute(conn)?;
    }
    for row in rows.changed_meters {
        one(Prepared(row).execute(conn)?)?;
    }
    for row in &rows.journal {
        diesel::insert_into(journal::table).values(row).execute(conn)?;
    }
    for row in rows.heads {
        one(Prepared(row).execute(conn)?)?;
    }
    for row in rows.approvals {
        diesel::replace_into(approvals::table).values(row).execute(conn)?;
    }
    record(conn, rows.recorded)?;
    suspend(conn, rows.suspensions, rows.lifted)?;
    outcomes(conn, rows.open, rows.closed)?;
    flags(conn, rows.flagged)
}

fn record(conn: &mut SqliteConnection, recorded: Vec<RecordedCommand>) -> QueryResult<()> {
    for row in recorded {
        let values = (commands::id.eq(row.id), commands::org_id.eq(row.org_id), commands::seq.eq(row.seq));
        diesel::insert_into(commands::table).values(values).execute(conn)?;
    }
    Ok(())
}

fn suspend(conn: &mut SqliteConnection, begun: Vec<Suspension>, lifted: Vec<Suspension>) -> QueryResult<()> {
    for row in begun {
        let values = (
            suspensions::org_id.eq(row.org_id),
            suspensions::mode.eq(row.mode),
            suspensions::operation.eq(row.operation),
        );
        diesel::insert_or_ignore_into(suspensions::table).values(values).execute(conn)?;
    }
    for row in lifted {
        diesel::delete(suspensions::table.find((row.org_id, row.mode, row.operation))).execute(conn)?;
    }
    Ok(())
}

fn outcomes(conn: &mut SqliteConnection, open: Vec<OpenOutcome>, closed: Vec<(String, String)>) -> QueryResult<()> {
    for row in open {
        let values = (
            open_outcomes::org_id.eq(row.org_id),
            open_outcomes::request_id.eq(row.request_id),
            open_outcomes::owner.eq(row.owner),
            open_outcomes::state.eq(row.state),
        );
        diesel::replace_into(open_outcomes::table).values(values).execute(conn)?;
    }
    for key in closed {
        one(diesel::delete(open_outcomes::table.find(key)).execute(conn)?)?;
    }
    Ok(())
}

fn flags(conn: &mut SqliteConnection, flagged: Vec<(String, String)>) -> QueryResult<()> {
    for (org, request) in flagged {
        let values = (flagged_requests::org_id.eq(org), flagged_requests::request_id.eq(request));
        diesel::insert_or_ignore_into(flagged_requests::table).values(values).execute(conn)?;
    }
    Ok(())
}

// The statement sees rows of its own transaction: another number of rows is a defect, and everything is rolled back.
fn one(rows: usize) -> QueryResult<()> {
    if rows == 1 { Ok(()) } else { Err(Error::RollbackTransaction) }
}
