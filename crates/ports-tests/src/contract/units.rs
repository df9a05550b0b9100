//! Units of work: all or nothing, one time, and the organizations are held throughout.

use upivia_domain::{
    Mode, NanoUsd, OrgId,
    agent::AgentStatus,
    binding::{Binding, BindingTerms},
    budget::AccountOwner,
    catalog::OperationName,
    identity::User,
    ledger::{Command, Refusal},
    ports::{Abort, BoxFuture, StoreError, Tx, Work, transact},
    UserId,
};

use crate::{
    World,
    books::Books,
    drive::{IntoCommand, request_of},
    tenant::{Tenant, email, event},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// Writes a row, moves money and appends an event, so that every kind of trace would show.
async fn touch(tenant: &Tenant, tx: &mut dyn Tx) -> Result<(), StoreError> {
    let mut agent = tx.agents().find(tenant.org, tenant.spender.agent).await?.expect("the agent exists");
    agent.status = AgentStatus::Paused;
    tx.agents().update(&agent).await?;
    let user = User { id: UserId::new(tenant.world.mint.uuid()), email: "left@example.com".parse().unwrap(), created_at: tx.now() };
    tx.users().insert(&user).await?;
    tx.apply(&tenant.admit_test(HOLD).command()).await?.expect_err("the agent is paused: a refused command is a request");
    Ok(())
}

/// Everything that [`touch`] could have left.
async fn assert_untouched(tenant: &Tenant, before: &upivia_domain::ledger::OrgHead) {
    let ports = &tenant.world.ports;
    assert_eq!(ports.head(tenant.org).await, *before);
    let agent = ports.agents.agent(tenant.org, tenant.spender.agent).await.unwrap().expect("the agent");
    assert_eq!(agent.status, AgentStatus::Active);
    assert_eq!(tenant.books_of(ports, Mode::Test).await, Books::OPENING);
    // The store is usable: the next use-case and the next command pass.
    tenant.bind(BindingTerms { day_count: Some(9), ..BindingTerms::default() }).await;
    assert!(ports.request(tenant.admit(HOLD)).await.state.holds_money());
}
