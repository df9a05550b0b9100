//! Rows that are written only when something unusual happens.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::AstPass,
    sql_types::{Array, BigInt, Nullable, Text, Untyped},
};

use super::updates::all_found;
use crate::{
    ledger::{OpenOutcome, RecordedCommand, Suspension},
    postgres::statement::{Statement, columns},
    rows::ApprovalRow,
};

columns! {
    /// Outcomes of commands without a request.
    InsertCommands from RecordedCommand = "INSERT INTO commands (id, org_id, seq) SELECT * FROM unnest($1, $2, $3)";
    { id: Text = String, org_id: Text = String, seq: BigInt = i64, }
}

columns! {
    /// Suspended operations.
    InsertSuspensions from Suspension =
        "INSERT INTO suspensions (org_id, mode, operation) SELECT * FROM unnest($1, $2, $3) ON CONFLICT DO NOTHING";
    { org_id: Text = String, mode: Text = String, operation: Text = String, }
}

columns! {
    /// Operations that are suspended no more.
    DeleteSuspensions from Suspension =
        "DELETE FROM suspensions s USING unnest($1, $2, $3) AS u (org_id, mode, operation) \
         WHERE s.org_id = u.org_id AND s.mode = u.mode AND s.operation = u.operation";
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
    /// Requests to which evidence came late.
    PutFlagged -> Untyped = "INSERT INTO flagged_requests (org_id, request_id) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING";
    { org_id: Text = String, request_id: Text = String, }
}

impl From<Vec<(String, String)>> for PutFlagged {
    fn from(rows: Vec<(String, String)>) -> Self {
        let (org_id, request_id) = rows.into_iter().unzip();
        Self { org_id, request_id }
    }
}

columns! {
    /// Requests whose rows are written anew.
    DeleteRequests -> Untyped = concat!(
        "WITH done AS (DELETE FROM requests r USING (SELECT t.place FROM unnest($1, $2) AS u (org_id, id) \
         CROSS JOIN LATERAL (SELECT t.ctid AS place FROM requests t \
         WHERE t.org_id = u.org_id AND t.id = u.id OFFSET 0) t) x WHERE r.ctid = x.place", all_found!()
    );
    { org_id: Text = String, id: Text = String, }
}

impl From<Vec<(String, String)>> for DeleteRequests {
    fn from(rows: Vec<(String, String)>) -> Self {
        let (org_id, id) = rows.into_iter().unzip();
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
