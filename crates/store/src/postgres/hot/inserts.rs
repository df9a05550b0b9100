//! Rows that every batch inserts.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::AstPass,
    sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Untyped},
};

use crate::{
    postgres::statement::{Statement, columns},
    rows::{JournalRow, MeterRow, RequestRow},
};

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
    /// Meters that had no row. One that somebody else made meanwhile is an error: it cannot be, the head is held.
    InsertMeters from MeterRow =
        "INSERT INTO meters (org_id, key, posted, held, count) SELECT * FROM unnest($1, $2, $3, $4, $5)";
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
