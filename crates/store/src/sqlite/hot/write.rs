//! What a batch writes. Every update must find its row: whoever holds the organization's lock has just read it.

use diesel::{prelude::*, result::Error};
use upivia_domain::ports::StoreError;

use crate::{
    error::store_error,
    ledger::{ChangedRequest, Flat, OpenOutcome, RecordedCommand, Suspension},
    rows::{HeadRow, MeterRow},
    schema::{commands, journal, meters, open_outcomes, org_heads, requests, suspensions},
    sqlite::Conn,
};

/// Writes all rows.
pub(crate) async fn write(conn: &mut Conn, flat: Flat) -> Result<(), StoreError> {
    conn.spawn_blocking(move |conn| all(conn, flat)).await.map_err(store_error)
}

fn all(conn: &mut SqliteConnection, flat: Flat) -> QueryResult<()> {
    for row in &flat.new_requests {
        diesel::insert_into(requests::table).values(row).execute(conn)?;
    }
    for row in flat.changed_requests {
        update_request(conn, row)?;
    }
    for row in &flat.new_meters {
        diesel::insert_into(meters::table).values(row).execute(conn)?;
    }
    for row in flat.changed_meters {
        update_meter(conn, row)?;
    }
    for row in &flat.journal {
        diesel::insert_into(journal::table).values(row).execute(conn)?;
    }
    for row in flat.heads {
        update_head(conn, row)?;
    }
    rare(conn, flat.recorded, flat.suspensions)?;
    outcomes(conn, flat.open, flat.closed)
}

fn update_request(conn: &mut SqliteConnection, row: ChangedRequest) -> QueryResult<()> {
    let update = diesel::update(requests::table.find((row.org_id, row.id))).set(row.tail);
    one(update.execute(conn)?)
}

fn update_meter(conn: &mut SqliteConnection, row: MeterRow) -> QueryResult<()> {
    let figures = (meters::posted.eq(row.posted), meters::held.eq(row.held), meters::count.eq(row.count));
    one(diesel::update(meters::table.find((row.org_id, row.key))).set(figures).execute(conn)?)
}

fn update_head(conn: &mut SqliteConnection, row: HeadRow) -> QueryResult<()> {
    one(diesel::update(org_heads::table.find(row.org_id.clone())).set(row).execute(conn)?)
}

fn rare(
    conn: &mut SqliteConnection,
    recorded: Vec<RecordedCommand>,
    suspensions: Vec<Suspension>,
) -> QueryResult<()> {
    for row in recorded {
        let values = (commands::id.eq(row.id), commands::org_id.eq(row.org_id), commands::seq.eq(row.seq));
        diesel::insert_into(commands::table).values(values).execute(conn)?;
    }
    for row in suspensions {
        let values = (
            suspensions::org_id.eq(row.org_id),
            suspensions::mode.eq(row.mode),
            suspensions::operation.eq(row.operation),
        );
        diesel::insert_into(suspensions::table).values(values).execute(conn)?;
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

// The statement sees rows of its own transaction: another number of rows is a defect, and everything is rolled back.
fn one(rows: usize) -> QueryResult<()> {
    if rows == 1 { Ok(()) } else { Err(Error::RollbackTransaction) }
}
