//! What the stores on databases promise about batches, beside the contract suite: what is in the tables, and what happens
//! when the database itself fails.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

mod both {
    use std::sync::Arc;

    use upivia_domain::{
        NanoUsd, NodeId, RequestId,
        dispatch::RequestState,
        ledger::{Command, Outcome, Refusal},
        ports::{Applied, LedgerStore, StoreError},
    };

    use crate::support::{
        raw::Raw,
        tenant::{FIRST, SECRET_PAYLOAD, SECRET_RESULT, Tenant, clock, done, fresh},
    };
    use upivia_store::testing::Fault;

    /// The list of open outcomes is what finds such requests again: it follows every change.
    pub async fn open_outcomes_follow_their_requests(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let request = tenant.admitted(&raw.store).await;
        let open = |more: String| {
            let sql = format!("SELECT count(*) AS number FROM open_outcomes WHERE request_id = '{request}' {more}");
            async {
                let sql = sql;
                raw.number(&sql).await
            }
        };
        assert_eq!(open(String::new()).await, 0, "a request that is being sent is found by its node's watermark");
        done(&raw.store, tenant.doubt(request)).await;
        assert_eq!(open(format!("AND state = 'unknown' AND owner = '{}'", tenant.node)).await, 1);
        let heir: NodeId = fresh("node_");
        done(&raw.store, tenant.take_over(request, heir)).await;
        assert_eq!(open(format!("AND owner = '{heir}'")).await, 1);
        done(&raw.store, tenant.settlement(request)).await;
        assert_eq!(open(String::new()).await, 0);
    }

    /// A request that becomes unknown in the batch of its admission is in the list too.
    pub async fn an_outcome_that_opens_in_the_batch_of_its_admission_is_listed(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let request: RequestId = fresh("srq_");
        let batch = [tenant.admission(request), tenant.doubt(request)];
        raw.store.apply(&batch, FIRST).await.unwrap();
        let listed = raw.number("SELECT count(*) AS number FROM open_outcomes WHERE state = 'unknown'").await;
        assert_eq!(listed, 1);
    }

    /// What was asked and what was answered lie encrypted in the tables, metadata included.
    pub async fn payloads_and_results_are_not_readable_at_rest(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let request = tenant.admitted(&raw.store).await;
        done(&raw.store, tenant.settlement(request)).await;
        for (column, text) in [("sealed", SECRET_PAYLOAD), ("result", SECRET_RESULT)] {
            let text: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
            let hex = raw.hex(column);
            let sealed = format!("SELECT count(*) AS number FROM requests WHERE {column} IS NOT NULL");
            assert_eq!(raw.number(&sealed).await, 1, "{column}");
            let readable = format!("SELECT count(*) AS number FROM requests WHERE {hex} LIKE '%{text}%'");
            assert_eq!(raw.number(&readable).await, 0, "{column}");
        }
    }

    /// Nobody changes the journal, not even beside the store.
    pub async fn the_journal_refuses_to_be_changed(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        tenant.admitted(&raw.store).await;
        for change in ["UPDATE journal SET kind = 'x'", "DELETE FROM journal"] {
            let error = raw.execute(change).await.unwrap_err();
            assert!(error.contains("append-only"), "{error}");
        }
    }

    /// A row that is not there when it is to be updated fails the batch, and nothing of it stays.
    pub async fn an_update_that_finds_no_row_leaves_nothing(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let request = tenant.admitted(&raw.store).await;
        for table in ["meters", "requests", "org_heads"] {
            raw.execute(&raw.ignoring_updates(table)).await.unwrap();
            let before = raw.state(&tenant).await;
            let error = raw.store.apply(&[tenant.settlement(request)], FIRST).await.unwrap_err();
            assert!(matches!(error, StoreError::Internal(_)), "{table}: {error}");
            assert_eq!(raw.state(&tenant).await, before, "{table}");
            raw.execute(&raw.updating_again(table)).await.unwrap();
        }
        done(&raw.store, tenant.settlement(request)).await;
    }

    /// One command that the rows refuse takes the others of its batch with it, as a constraint, and leaves nothing.
    pub async fn a_duplicate_id_fails_its_batch(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let taken = tenant.admitted(&raw.store).await;
        let before = raw.state(&tenant).await;
        let batch = [tenant.admission(fresh("srq_")), other_key(&tenant, taken), tenant.admission(fresh("srq_"))];
        let error = raw.store.apply(&batch, FIRST).await.unwrap_err();
        assert!(matches!(error, StoreError::Constraint(_)), "{error}");
        assert_eq!(raw.state(&tenant).await, before);
        let alone = raw.store.apply(&[tenant.admission(fresh("srq_"))], FIRST).await.unwrap();
        assert!(matches!(alone.as_slice(), [Applied::Done(Ok(_))]));
    }

    /// Rows written are counted: an admission writes request, event, head and its changed meters.
    pub async fn commits_and_rows_are_counted(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        tenant.admitted(&raw.store).await;
        let before = raw.store.stats();
        tenant.admitted(&raw.store).await;
        let after = raw.store.stats();
        assert_eq!(after.commits - before.commits, 1);
        // The wallet, the binding's month and day, the agent's month.
        assert_eq!(after.rows_written - before.rows_written, 1 + 1 + 1 + 4);
    }

    /// A batch of refusals changes nothing and counts as nothing.
    pub async fn refusals_write_nothing(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let (before, stats) = (raw.state(&tenant).await, raw.store.stats());
        let applied = raw.store.apply(&[tenant.settlement(fresh("srq_"))], FIRST).await.unwrap();
        assert!(matches!(applied.as_slice(), [Applied::Done(Err(Refusal::NotFound(_)))]), "{applied:?}");
        assert_eq!((raw.state(&tenant).await, raw.store.stats()), (before, stats));
    }

    /// What comes back from the tables is what the rules decided, to the last field.
    pub async fn a_request_survives_its_row(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let request: RequestId = fresh("srq_");
        for command in [tenant.admission(request), tenant.doubt(request), tenant.settlement(request)] {
            let applied = raw.store.apply(&[command], FIRST).await.unwrap();
            let [Applied::Done(Ok(Outcome::Request { request: decided, .. }))] = applied.as_slice() else {
                panic!("{applied:?}")
            };
            let stored = upivia_domain::ports::RequestQueries::request(&raw.store, tenant.org, request).await.unwrap();
            assert_eq!(stored.as_ref(), Some(&**decided));
        }
    }

    /// Rows that another node changed meanwhile are read again, however often this one saw them.
    pub async fn what_another_node_changed_is_not_taken_from_memory(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let other = raw.store.another_node(raw.parts.with(clock())).await.unwrap();
        let request = tenant.admitted(&raw.store).await;
        let settlement = tenant.settlement(request);
        done(&other, Arc::clone(&settlement)).await;
        let before = raw.state(&tenant).await;
        let applied = raw.store.apply(&[settlement], FIRST).await.unwrap();
        let [Applied::Done(Ok(Outcome::Request { request: settled, .. }))] = applied.as_slice() else {
            panic!("{applied:?}")
        };
        assert_eq!(settled.state, RequestState::Executed);
        assert_eq!(raw.state(&tenant).await, before, "it was settled once");
        for store in [&raw.store, &other, &raw.store] {
            tenant.admitted(store).await;
        }
        let wallet = format!(
            "SELECT held AS number FROM meters WHERE org_id = '{}' AND key = 'live:account:wallet'",
            tenant.org
        );
        assert_eq!(raw.number(&wallet).await, 3 * NanoUsd::cents(1).nanos());
    }

    /// A batch that failed leaves nothing in memory either.
    pub async fn what_failed_is_not_taken_from_memory(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        tenant.admitted(&raw.store).await;
        for fault in [Fault::PanicBeforeWriting, Fault::PanicBeforeCommit] {
            raw.parts.faults.set(fault);
            let before = raw.state(&tenant).await;
            let error = raw.store.apply(&[tenant.admission(fresh("srq_"))], FIRST).await.unwrap_err();
            assert!(matches!(error, StoreError::Internal(_)), "{error}");
            assert_eq!(raw.state(&tenant).await, before);
            let request = tenant.admitted(&raw.store).await;
            done(&raw.store, tenant.settlement(request)).await;
        }
    }

    /// A transfer too leaves the books as they were when the rows refuse it.
    pub async fn a_transfer_beyond_the_range_is_refused_by_the_rules(raw: Raw) {
        let tenant = Tenant::found(&raw.store).await;
        let before = raw.state(&tenant).await;
        let applied = raw.store.apply(&[Arc::new(tenant.funding(NanoUsd::MAX))], FIRST).await.unwrap();
        assert!(matches!(applied.as_slice(), [Applied::Done(Err(Refusal::InvalidAmount))]), "{applied:?}");
        assert_eq!(raw.state(&tenant).await, before);
    }

    // The same id with another key: neither the rules nor the unique key can see that it is taken.
    fn other_key(tenant: &Tenant, taken: RequestId) -> Arc<Command> {
        let mut command = (*tenant.admission(taken)).clone();
        if let Command::Admit(admit) = &mut command {
            admit.idempotency_key = Some("another".parse().unwrap());
        }
        Arc::new(command)
    }
}

/// Each test on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    crate::both::$test(crate::support::raw::Raw::sqlite().await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    crate::both::$test(crate::support::raw::Raw::postgres().await).await;
                }
            )*
        }
    };
}

on_both!(
    open_outcomes_follow_their_requests,
    an_outcome_that_opens_in_the_batch_of_its_admission_is_listed,
    payloads_and_results_are_not_readable_at_rest,
    the_journal_refuses_to_be_changed,
    an_update_that_finds_no_row_leaves_nothing,
    a_duplicate_id_fails_its_batch,
    commits_and_rows_are_counted,
    refusals_write_nothing,
    a_request_survives_its_row,
    what_another_node_changed_is_not_taken_from_memory,
    what_failed_is_not_taken_from_memory,
    a_transfer_beyond_the_range_is_refused_by_the_rules,
);

/// Somebody else writes the file: the wait ends after two seconds, with nothing changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_else_writes_is_locked() {
    use support::raw::{Place, Raw};
    let raw = Raw::sqlite().await;
    let tenant = support::tenant::Tenant::found(&raw.store).await;
    let Place::File(file) = &raw.place else { panic!("not a file") };
    let mut holder = file.connect();
    diesel::connection::SimpleConnection::batch_execute(&mut holder, "BEGIN IMMEDIATE").unwrap();
    let admission = tenant.admission(support::tenant::fresh("srq_"));
    let batch = [admission];
    let error = upivia_domain::ports::LedgerStore::apply(&raw.store, &batch, support::tenant::FIRST).await.unwrap_err();
    assert_eq!(error, upivia_domain::ports::StoreError::LockTimeout);
    diesel::connection::SimpleConnection::batch_execute(&mut holder, "ROLLBACK").unwrap();
    support::tenant::done(&raw.store, batch[0].clone()).await;
}
