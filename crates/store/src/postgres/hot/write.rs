//! What a batch writes: one round trip, with COMMIT at its end.
//!
//! COMMIT is on its way before the answers to the writes are read, so the server itself must refuse what went wrong: a statement
//! that fails aborts the transaction, and COMMIT then rolls it back. Every answer is read before anything is called done.

use std::pin::Pin;

use diesel::{pg::Pg, prelude::*, query_builder::AstPass, result::Error, sql_types::Untyped};
use diesel_async::RunQueryDsl;
use futures::future::{BoxFuture, FutureExt, MaybeDone, join_all, maybe_done};
use upivia_domain::ports::StoreError;

use super::{
    inserts::{InsertDispatches, InsertJournal, InsertMeters, InsertRequests},
    rare::{
        DeleteOpenOutcomes, DeleteRequests, DeleteSuspensions, InsertCommands, InsertSuspensions, PutApprovals,
        PutFlagged, PutOpenOutcomes,
    },
    updates::{UpdateHeads, UpdateMeters, UpdateRequests},
};
use crate::{
    error::{is_disconnect, store_error},
    ledger::Changed,
    postgres::{
        Conn,
        statement::{Prepared, Statement, plain},
        transaction::commit_error,
    },
    rows::RequestRow,
};

plain! {
    /// The end of a batch, prepared like the others: a plain query would overtake them.
    Commit = "COMMIT"
}

/// Writes all rows inside a transaction.
pub(crate) async fn write(conn: &mut Conn, changed: &Changed) -> Result<(), StoreError> {
    let written = answers(writes(conn, changed).await?).await;
    written.into_iter().try_for_each(|result| result.map(drop)).map_err(store_error)
}

/// Writes all rows and commits, in one round trip.
pub(in crate::postgres) async fn write_and_commit(conn: &mut Conn, changed: &Changed) -> Result<(), StoreError> {
    // A row that cannot be made ends this here, before COMMIT is sent.
    let mut statements = writes(conn, changed).await?;
    statements.push(sent(execute(conn, Commit)).await);
    let mut results = answers(statements).await;
    let committed = results.pop().unwrap_or(Ok(0));
    for result in results {
        result.map_err(write_error)?;
    }
    committed.map(drop).map_err(commit_error)
}

// An answer of the server, whatever it says, means that COMMIT found an aborted transaction. No answer means nothing.
fn write_error(error: diesel::result::Error) -> StoreError {
    if is_disconnect(&error) { commit_error(error) } else { store_error(error) }
}

type Writing<'c> = MaybeDone<BoxFuture<'c, QueryResult<usize>>>;

// Each statement is sent before the rows of the next are made: the server works on one while we work on the other.
async fn writes<'c>(conn: &'c Conn, changed: &Changed) -> Result<Vec<Writing<'c>>, StoreError> {
    let mut writes = Vec::with_capacity(8);
    put::<InsertJournal, _>(&mut writes, conn, changed.journal()).await;
    put::<UpdateMeters, _>(&mut writes, conn, changed.changed_meters()).await;
    put::<UpdateHeads, _>(&mut writes, conn, changed.heads()).await;
    put::<DeleteRequests, _>(&mut writes, conn, changed.replaced()).await;
    let (dispatches, others) = changed.new_requests()?.into_iter().partition(RequestRow::is_dispatch);
    put::<InsertDispatches, _>(&mut writes, conn, dispatches).await;
    put::<InsertRequests, _>(&mut writes, conn, others).await;
    put::<UpdateRequests, _>(&mut writes, conn, changed.changed_requests()?).await;
    put::<InsertMeters, _>(&mut writes, conn, changed.new_meters()).await;
    put::<InsertCommands, _>(&mut writes, conn, changed.recorded()).await;
    put::<InsertSuspensions, _>(&mut writes, conn, changed.suspensions()).await;
    put::<DeleteSuspensions, _>(&mut writes, conn, changed.lifted()).await;
    put::<PutApprovals, _>(&mut writes, conn, changed.approvals()).await;
    put::<PutOpenOutcomes, _>(&mut writes, conn, changed.open()).await;
    put::<DeleteOpenOutcomes, _>(&mut writes, conn, changed.closed()).await;
    put::<PutFlagged, _>(&mut writes, conn, changed.flagged()).await;
    Ok(writes)
}

async fn put<'c, S, R>(writes: &mut Vec<Writing<'c>>, conn: &'c Conn, rows: Vec<R>)
where
    S: Statement + From<Vec<R>> + 'static,
{
    if !rows.is_empty() {
        writes.push(sent(execute(conn, S::from(rows))).await);
    }
}

// Polled once, a statement is on its way, or waits its turn while another is prepared.
async fn sent(statement: BoxFuture<'_, QueryResult<usize>>) -> Writing<'_> {
    let mut writing = maybe_done(statement);
    let _ = futures::poll!(&mut writing);
    writing
}

async fn answers(writes: Vec<Writing<'_>>) -> Vec<QueryResult<usize>> {
    join_all(writes.into_iter().map(answer)).await
}

async fn answer(mut writing: Writing<'_>) -> QueryResult<usize> {
    (&mut writing).await;
    // It has just ended, and nobody took its answer.
    Pin::new(&mut writing).take_output().unwrap_or(Err(Error::NotFound))
}

fn execute<S: Statement + 'static>(mut conn: &Conn, statement: S) -> BoxFuture<'_, QueryResult<usize>> {
    async move { RunQueryDsl::execute(Prepared(statement), &mut conn).await }.boxed()
}
