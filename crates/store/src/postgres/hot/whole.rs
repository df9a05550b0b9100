//! A whole batch as one statement, which is its own transaction: the lock, the proof that nothing changed, every row.
//!
//! One statement is one message to the server and one back. Pipelined statements each wake whoever waits for them, and on a busy
//! machine it is the waking that takes the time.

use std::sync::LazyLock;

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Integer, Text, Untyped},
};
use diesel_async::RunQueryDsl;
use upivia_domain::ports::StoreError;

use super::{
    inserts::{InsertDispatches, InsertJournal},
    updates::{UpdateHeads, UpdateMeters, UpdateRequests, update_heads, update_meters, update_requests},
};
use crate::{
    error::{is_disconnect, store_error},
    ledger::Changed,
    postgres::{
        Conn,
        statement::{Statement, columns},
        transaction::commit_error,
    },
    rows::RequestRow,
};

/// A head as somebody remembers it.
#[derive(Debug)]
pub(in crate::postgres) struct KnownHead {
    pub(in crate::postgres) org_id: String,
    pub(in crate::postgres) hash: Vec<u8>,
    pub(in crate::postgres) epoch: i64,
}

columns! {
    /// Takes those heads that are free, and says whether all of them are as they are remembered.
    TakeKnown from KnownHead =
        "SELECT count(*) = cardinality($1) AS ok FROM (SELECT h.org_id, h.hash, h.epoch FROM org_heads h \
         WHERE h.org_id = ANY($1) ORDER BY h.org_id FOR NO KEY UPDATE SKIP LOCKED) t \
         JOIN unnest($1, $2, $3) AS u (org_id, hash, epoch) ON u.org_id = t.org_id AND u.hash = t.hash AND u.epoch = t.epoch";
    { org_id: Text = String, hash: Binary = Vec<u8>, epoch: BigInt = i64, }
}

/// The rows of a batch of the usual kind: admissions that are sent at once, settlements and failures, in windows that are open.
#[derive(Default)]
pub(in crate::postgres) struct Whole {
    taken: TakeKnown,
    journal: InsertJournal,
    dispatches: InsertDispatches,
    meters: UpdateMeters,
    heads: UpdateHeads,
    requests: UpdateRequests,
}

impl Whole {
    /// The statement, unless there are rows that it has no place for.
    pub(in crate::postgres) fn of(known: Vec<KnownHead>, changed: &Changed) -> Result<Option<Self>, StoreError> {
        if !changed.is_everyday() {
            return Ok(None);
        }
        let dispatches = changed.new_requests()?;
        if !dispatches.iter().all(RequestRow::is_dispatch) {
            return Ok(None);
        }
        Ok(Some(Self {
            taken: known.into(),
            journal: changed.journal().into(),
            dispatches: dispatches.into(),
            meters: changed.changed_meters().into(),
            heads: changed.heads().into(),
            requests: changed.changed_requests()?.into(),
        }))
    }

    /// Runs it; whether the heads were as they were remembered. If not, nothing happened.
    ///
    /// # Errors
    ///
    /// [`StoreError::CommitUnknown`] where no answer came; whatever else the server said, nothing happened.
    pub(in crate::postgres) async fn run(self, conn: &mut Conn) -> Result<bool, StoreError> {
        let done: Result<i32, _> = RunQueryDsl::get_result(self, conn).await;
        done.map(|done| done == 1).map_err(|error| match is_disconnect(&error) {
            true => commit_error(error),
            false => store_error(error),
        })
    }
}

impl QueryId for Whole {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Whole {
    type SqlType = Integer;
}

impl QueryFragment<Pg> for Whole {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&TEXT);
        self.taken.bind(&mut out)?;
        self.journal.bind(&mut out)?;
        self.dispatches.bind(&mut out)?;
        self.meters.bind(&mut out)?;
        self.heads.bind(&mut out)?;
        self.requests.bind(&mut out)
    }
}

// Every part asks the first whether it may: so the heads are taken before anything else is touched.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = Numbered::default();
    let taken = text.add("WITH taken AS (", TakeKnown::SQL, 3, ")");
    text.add(", journalled AS (", InsertJournal::SQL, 14, " WHERE (SELECT ok FROM taken))");
    text.add(", dispatched AS (", InsertDispatches::SQL, 19, " WHERE (SELECT ok FROM taken))");
    let meters = text.add(", metered AS (", update_meters!(), 5, " AND (SELECT ok FROM taken) RETURNING 1)");
    let heads = text.add(", headed AS (", update_heads!(), 11, " AND (SELECT ok FROM taken) RETURNING 1)");
    let requests = text.add(", changed AS (", update_requests!(), 14, " AND (SELECT ok FROM taken) RETURNING 1)");
    debug_assert_eq!(taken, 1);
    // An update that does not find all its rows divides by zero, and nothing happened.
    format!(
        "{} SELECT CASE WHEN ok THEN 1 / ((SELECT count(*) FROM metered) = cardinality(${meters}) \
         AND (SELECT count(*) FROM headed) = cardinality(${heads}) \
         AND (SELECT count(*) FROM changed) = cardinality(${requests}))::int ELSE 0 END FROM taken",
        text.sql
    )
});

/// A text put together from statements that each count their values from one.
#[derive(Default)]
struct Numbered {
    sql: String,
    values: usize,
}

impl Numbered {
    /// Adds a statement with so many values; returns the number of the first.
    fn add(&mut self, before: &str, statement: &str, values: usize, after: &str) -> usize {
        self.sql.push_str(before);
        let mut parts = statement.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.chars().take_while(char::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number = number.parse::<usize>().unwrap_or_default() + self.values;
            self.sql.push_str(&format!("${number}{rest}"));
        }
        self.sql.push_str(after);
        let first = self.values + 1;
        self.values += values;
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_through_all_parts() {
        assert!(TEXT.contains("unnest($1, $2, $3)"));
        assert!(TEXT.contains("unnest($4, $5,"));
        assert!(TEXT.contains("$66)"), "{}", *TEXT);
        assert!(!TEXT.contains("$67"));
    }
}
