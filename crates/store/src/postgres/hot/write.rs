//! What a batch writes: one round trip, with COMMIT at its end.
//!
//! COMMIT is on its way before the answers to the writes are read, so the server itself must refuse what went wrong. An update
//! that does not find all its rows divides by zero, which aborts the transaction, and COMMIT then rolls it back. The rows of an
//! update are found by a look-up per element (`LATERAL … OFFSET 0`) and changed by their place in the table: no other plan is
//! possible, whatever the statistics said when the statement was prepared. Nobody else moves them: the head is held.

use std::pin::Pin;

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::AstPass,
    result::Error,
    sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Untyped},
};
use diesel_async::RunQueryDsl;
use futures::future::{BoxFuture, FutureExt, MaybeDone, join_all, maybe_done};
use upivia_domain::ports::StoreError;

use crate::{
    error::{is_disconnect, store_error},
    ledger::{Changed, ChangedRequest, OpenOutcome, RecordedCommand, Suspension},
    postgres::{
        Conn,
        statement::{Prepared, Statement, columns, plain},
        transaction::commit_error,
    },
    rows::{ApprovalRow, HeadRow, JournalRow, MeterRow, RequestRow},
};

/// Ends an update: one row where all rows were found, else an error.
macro_rules! all_found {
    () => {
        " RETURNING 1) SELECT 1 / (count(*) = cardinality($1))::int FROM done"
    };
}

columns! {
    /// New requests of any shape.
    InsertRequests from RequestRow =
        "INSERT INTO requests (org_id, id, agent_id, mode, credential_id, idempotency_key, operation, provider, sealed, \
         digest, estimate, applied_max_tokens, hold_amount, hold_account, hold_windows, approval_id, approval_expires_at, \
         reasons, seq, created_at, state, owner, fence_until, flagged, external_id, ended_by, ended_at, cost, overrun, basis, \
         end_reason, result) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";
    {
        org_id: Text = String,
        id: Text = String,
        agent_id: Text = String,
        mode: Text = String,
        credential_id: Text = String,
        idempotency_key: Nullable<Text> = Option<String>,
        operation: Text = String,
        provider: Nullable<Text> = Option<String>,
        sealed: Binary = Vec<u8>,
        digest: Binary = Vec<u8>,
        estimate: BigInt = i64,
        applied_max_tokens: Nullable<BigInt> = Option<i64>,
        hold_amount: Nullable<BigInt> = Option<i64>,
        hold_account: Nullable<Text> = Option<String>,
        hold_windows: Nullable<Text> = Option<String>,
        approval_id: Nullable<Text> = Option<String>,
        approval_expires_at: Nullable<BigInt> = Option<i64>,
        reasons: Nullable<Text> = Option<String>,
        seq: BigInt = i64,
        created_at: BigInt = i64,
        state: Text = String,
        owner: Nullable<Text> = Option<String>,
        fence_until: Nullable<BigInt> = Option<i64>,
        flagged: Bool = bool,
        external_id: Nullable<Text> = Option<String>,
        ended_by: Nullable<Text> = Option<String>,
        ended_at: Nullable<BigInt> = Option<i64>,
        cost: Nullable<BigInt> = Option<i64>,
        overrun: Nullable<BigInt> = Option<i64>,
        basis: Nullable<Text> = Option<String>,
        end_reason: Nullable<Text> = Option<String>,
        result: Nullable<Binary> = Option<Vec<u8>>,
    }
}

columns! {
    /// New requests that wait for nothing but their provider: nearly all, and every array costs time.
    InsertDispatches from RequestRow =
        "INSERT INTO requests (org_id, id, agent_id, mode, credential_id, idempotency_key, operation, provider, sealed, \
         digest, estimate, applied_max_tokens, hold_amount, hold_account, hold_windows, seq, created_at, state, owner, flagged) \
         SELECT *, false FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    {
        org_id: Text = String,
        id: Text = String,
        agent_id: Text = String,
        mode: Text = String,
        credential_id: Text = String,
        idempotency_key: Nullable<Text> = Option<String>,
        operation: Text = String,
        provider: Nullable<Text> = Option<String>,
        sealed: Binary = Vec<u8>,
        digest: Binary = Vec<u8>,
        estimate: BigInt = i64,
        applied_max_tokens: Nullable<BigInt> = Option<i64>,
        hold_amount: Nullable<BigInt> = Option<i64>,
        hold_account: Nullable<Text> = Option<String>,
        hold_windows: Nullable<Text> = Option<String>,
        seq: BigInt = i64,
        created_at: BigInt = i64,
        state: Text = String,
        owner: Nullable<Text> = Option<String>,
    }
}

columns! {
    /// The last columns of requests that have a row.
    UpdateRequests from ChangedRequest = concat!(
        "WITH done AS (UPDATE requests r SET state = x.state, owner = x.owner, fence_until = x.fence_until, \
         flagged = x.flagged, external_id = x.external_id, ended_by = x.ended_by, ended_at = x.ended_at, cost = x.cost, \
         overrun = x.overrun, basis = x.basis, end_reason = x.end_reason, result = x.result \
         FROM (SELECT u.*, t.place FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         AS u (org_id, id, state, owner, fence_until, flagged, external_id, ended_by, ended_at, cost, overrun, basis, \
         end_reason, result) CROSS JOIN LATERAL (SELECT t.ctid AS place FROM requests t \
         WHERE t.org_id = u.org_id AND t.id = u.id OFFSET 0) t) x WHERE r.ctid = x.place", all_found!()
    );
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
    /// Meters that had no row. One that somebody else made meanwhile is an error: it cannot be, the head is held.
    InsertMeters from MeterRow =
        "INSERT INTO meters (org_id, key, posted, held, count) SELECT * FROM unnest($1, $2, $3, $4, $5)";
    { org_id: Text = String, key: Text = String, posted: BigInt = i64, held: BigInt = i64, count: BigInt = i64, }
}

columns! {
    /// Meters that had one.
    UpdateMeters from MeterRow = concat!(
        "WITH done AS (UPDATE meters m SET posted = x.posted, held = x.held, count = x.count \
         FROM (SELECT u.*, t.place FROM unnest($1, $2, $3, $4, $5) AS u (org_id, key, posted, held, count) \
         CROSS JOIN LATERAL (SELECT t.ctid AS place FROM meters t \
         WHERE t.org_id = u.org_id AND t.key = u.key OFFSET 0) t) x WHERE m.ctid = x.place", all_found!()
    );
    { org_id: Text = String, key: Text = String, posted: BigInt = i64, held: BigInt = i64, count: BigInt = i64, }
}

columns! {
    /// Events.
    InsertJournal from JournalRow =
        "INSERT INTO journal (org_id, seq, at, kind, mode, request_id, agent_id, operation, status, debit, credit, amount, \
         body, hash) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    {
        org_id: Text = String,
        seq: BigInt = i64,
        at: BigInt = i64,
        kind: Text = String,
        mode: Nullable<Text> = Option<String>,
        request_id: Nullable<Text> = Option<String>,
        agent_id: Nullable<Text> = Option<String>,
        operation: Nullable<Text> = Option<String>,
        status: Nullable<Text> = Option<String>,
        debit: Nullable<Text> = Option<String>,
        credit: Nullable<Text> = Option<String>,
        amount: Nullable<BigInt> = Option<i64>,
        body: Text = String,
        hash: Binary = Vec<u8>,
    }
}

columns! {
    /// Heads.
    UpdateHeads from HeadRow = concat!(
        "WITH done AS (UPDATE org_heads h SET status = x.status, zone = x.zone, next_zone = x.next_zone, \
         next_zone_after = x.next_zone_after, seq = x.seq, epoch = x.epoch, last_now = x.last_now, hash = x.hash, \
         debt_live = x.debt_live, debt_test = x.debt_test \
         FROM (SELECT u.*, t.place FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         AS u (org_id, status, zone, next_zone, next_zone_after, seq, epoch, last_now, hash, debt_live, debt_test) \
         CROSS JOIN LATERAL (SELECT t.ctid AS place FROM org_heads t WHERE t.org_id = u.org_id OFFSET 0) t) x \
         WHERE h.ctid = x.place", all_found!()
    );
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

columns! {
    /// Outcomes of commands without a request.
    InsertCommands from RecordedCommand = "INSERT INTO commands (id, org_id, seq) SELECT * FROM unnest($1, $2, $3)";
    { id: Text = String, org_id: Text = String, seq: BigInt = i64, }
}

columns! {
    /// Suspended operations.
    InsertSuspensions from Suspension =
        "INSERT INTO suspensions (org_id, mode, operation) SELECT * FROM unnest($1, $2, $3)";
    { org_id: Text = String, mode: Text = String, operation: Text = String, }
}

columns! {
    /// Outcomes that are open now.
    PutOpenOutcomes from OpenOutcome =
        "INSERT INTO open_outcomes (org_id, request_id, owner, state) SELECT * FROM unnest($1, $2, $3, $4) \
         ON CONFLICT (org_id, request_id) DO UPDATE SET owner = excluded.owner, state = excluded.state";
    { org_id: Text = String, request_id: Text = String, owner: Nullable<Text> = Option<String>, state: Text = String, }
}

columns! {
    /// Outcomes that are open no more.
    DeleteOpenOutcomes -> Untyped = concat!(
        "WITH done AS (DELETE FROM open_outcomes o USING unnest($1, $2) AS u (org_id, request_id) \
         WHERE o.org_id = u.org_id AND o.request_id = u.request_id", all_found!()
    );
    { org_id: Text = String, request_id: Text = String, }
}

impl From<Vec<(String, String)>> for DeleteOpenOutcomes {
    fn from(rows: Vec<(String, String)>) -> Self {
        let (org_id, request_id) = rows.into_iter().unzip();
        Self { org_id, request_id }
    }
}

columns! {
    /// Requests whose rows are written anew.
    DeleteRequests -> Untyped = concat!(
        "WITH done AS (DELETE FROM requests r USING unnest($1, $2) AS u (org_id, id) \
         WHERE r.org_id = u.org_id AND r.id = u.id", all_found!()
    );
    { org_id: Text = String, id: Text = String, }
}

impl From<Vec<(String, String)>> for DeleteRequests {
    fn from(keys: Vec<(String, String)>) -> Self {
        let (org_id, id) = keys.into_iter().unzip();
        Self { org_id, id }
    }
}

columns! {
    /// Questions as they stand now.
    PutApprovals from ApprovalRow =
        "INSERT INTO approvals (id, org_id, request_id, agent_id, mode, status, expires_at, seq, resolved_at, resolved_by) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET \
         status = excluded.status, resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by";
    {
        id: Text = String,
        org_id: Text = String,
        request_id: Text = String,
        agent_id: Text = String,
        mode: Text = String,
        status: Text = String,
        expires_at: BigInt = i64,
        seq: BigInt = i64,
        resolved_at: Nullable<BigInt> = Option<i64>,
        resolved_by: Nullable<Text> = Option<String>,
    }
}

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
    put::<PutApprovals, _>(&mut writes, conn, changed.approvals()).await;
    put::<PutOpenOutcomes, _>(&mut writes, conn, changed.open()).await;
    put::<DeleteOpenOutcomes, _>(&mut writes, conn, changed.closed()).await;
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
