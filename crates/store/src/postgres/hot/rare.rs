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
};

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
