//! Units of work: deadlines, and what a snapshot keeps over several commands.

use std::time::Duration;

use upivia_domain::{
    NanoUsd,
    budget::ReasonCode,
    ledger::{Command, Outcome},
    ports::{Abort, AgentQueries, LedgerQueries, StoreError, Work, transact},
};

use crate::support::{
    raw::{Place, Raw},
    tenant::{Tenant, fresh},
};

/// A use-case that keeps its thread for too long cannot be stopped in the middle, but does nothing more, and leaves nothing.
pub async fn nothing_is_done_after_the_deadline(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let limit = match raw.place {
        Place::File(_) => Duration::from_millis(250),
        Place::Server(_) => Duration::from_secs(5),
    };
    let before = raw.state(&tenant).await;
    for statement_follows in [true, false] {
        let work: Work = Box::new(move |tx| {
            Box::pin(async move {
                tx.apply(&tenant.funding(NanoUsd::cents(1))).await?.unwrap();
                std::thread::sleep(limit);
                if statement_follows {
                    let late = tx.agents().find(tenant.org, tenant.agent).await;
                    assert!(late.is_err(), "a statement after the deadline");
                }
                Ok(())
            })
        });
        let ended = upivia_domain::ports::UnitOfWork::run(&raw.store, &[tenant.org], work).await;
        assert!(matches!(ended, Err(Abort::Store(StoreError::Internal(_)))), "{ended:?}");
        assert_eq!(raw.state(&tenant).await, before);
    }
    tenant.admitted(&raw.store).await;
}

/// Rows of policy are read again after a change, while what a command suspended in the same transaction stays suspended.
pub async fn a_suspension_survives_a_change_of_policy_in_its_transaction(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let result: Result<(), StoreError> = transact(&raw.store, &[tenant.org], move |tx| {
        Box::pin(async move {
            for _ in 0..3 {
                let id = fresh("srq_");
                tx.apply(&tenant.admission(id)).await?.unwrap();
                let mut settlement = (*tenant.settlement(id)).clone();
                if let Command::Settle(settle) = &mut settlement {
                    settle.cost = NanoUsd::cents(2);
                }
                tx.apply(&settlement).await?.unwrap();
            }
            let mut agent = tx.agents().find(tenant.org, tenant.agent).await?.expect("the agent");
            agent.month_cap = Some(NanoUsd::cents(900));
            tx.agents().update(&agent).await?;
            let outcome = tx.apply(&tenant.admission(fresh("srq_"))).await?;
            let Ok(Outcome::Request { request, .. }) = outcome else { panic!("{outcome:?}") };
            assert_eq!(request.reason(), Some(ReasonCode::OperationSuspended));
            Ok(())
        })
    })
    .await;
    result.unwrap();
    assert_eq!(raw.number("SELECT count(*) AS number FROM suspensions").await, 1);
    let agent = raw.store.agent(tenant.org, tenant.agent).await.unwrap().expect("the agent");
    assert_eq!(agent.month_cap, Some(NanoUsd::cents(900)));
}

/// Holding an organization is no change: sequence, epoch and time stay.
pub async fn an_empty_unit_of_work_changes_nothing(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let before = raw.store.head(tenant.org).await.unwrap();
    let nothing: Result<(), StoreError> = transact(&raw.store, &[tenant.org], |_| Box::pin(async { Ok(()) })).await;
    nothing.unwrap();
    assert_eq!(raw.store.head(tenant.org).await.unwrap(), before);
}
