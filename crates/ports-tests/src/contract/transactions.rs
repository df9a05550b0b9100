//! Inside a unit of work: it reads what it wrote and decides by the same rules.

use upivia_domain::{
    Mode, NanoUsd,
    binding::{Binding, BindingTerms},
    budget::{AccountOwner, ReasonCode},
    ledger::{Command, Outcome, Refusal},
    ports::StoreError,
};

use crate::{
    World,
    books::Books,
    drive::{IntoCommand, request_of},
    seed::{email, event},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// Every repository finds what the same transaction wrote.
pub async fn a_transaction_reads_what_it_wrote(world: World) {
    let tenant = world.tenant().await;
    let (new, inner) = (world.spender(), tenant.clone());
    world
        .change(&[tenant.org], move |tx| {
            Box::pin(async move {
                let org = inner.org;
                inner.write_agent(tx, &inner.agent_row(new), new).await?;
                assert!(tx.agents().find(org, new.agent).await?.is_some());
                assert_eq!(tx.bindings().list(org, new.agent).await?.len(), 1);
                tx.bindings().remove(org, new.agent, &email()).await?;
                assert!(tx.bindings().find(org, new.agent, &email()).await?.is_none());
                assert_eq!(tx.credentials().active_agent_keys(org, new.agent, Mode::Live).await?.len(), 1);
                tx.credentials().revoke(org, new.live).await?;
                assert!(tx.credentials().active_agent_keys(org, new.agent, Mode::Live).await?.is_empty());
                let mut team = tx.teams().find(org, inner.team).await?.expect("the team exists");
                team.has_pool = true;
                tx.teams().update(&team).await?;
                assert_eq!(tx.teams().find(org, inner.team).await?, Some(team));
                Ok(())
            })
        })
        .await;
}

/// A command inside is decided by the policy that the transaction has just written, and by what it has just spent.
pub async fn a_command_inside_sees_the_transactions_own_changes(world: World) {
    let tenant = world.tenant().await;
    let inner = tenant.clone();
    let cap = HOLD.checked_add(HOLD);
    world
        .change(&[tenant.org], move |tx| {
            Box::pin(async move {
                let org = inner.org;
                let before = tx.apply(&inner.admit(HOLD).command()).await?;
                assert!(request_of(before).state.holds_money());
                let terms = BindingTerms { month_cap: cap, ..BindingTerms::default() };
                tx.bindings().put(org, &Binding { agent: inner.spender.agent, operation: email(), terms }).await?;
                assert!(request_of(tx.apply(&inner.admit(HOLD).command()).await?).state.holds_money());
                let third = request_of(tx.apply(&inner.admit(HOLD).command()).await?);
                assert_eq!(third.reason(), Some(ReasonCode::MonthlyBudgetExceeded));
                tx.append(org, event("binding.created", inner.spender.agent)).await
            })
        })
        .await;
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, 2 * HOLD.nanos(), 2));
}

/// A request can begin, go on and end in one transaction; a refusal inside stops nothing.
pub async fn a_whole_life_fits_into_one_transaction(world: World) {
    let tenant = world.tenant().await;
    let inner = tenant.clone();
    world
        .change(&[tenant.org], move |tx| {
            Box::pin(async move {
                let id = request_of(tx.apply(&inner.admit_later(HOLD).command()).await?).id;
                let refused = tx.apply(&inner.settle(id, HOLD).command()).await?;
                assert!(matches!(refused, Err(Refusal::WrongState(_))), "{refused:?}");
                request_of(tx.apply(&inner.begin(id).command()).await?);
                let settle = inner.settle(id, NanoUsd::cents(9)).command();
                let settled = request_of(tx.apply(&settle).await?);
                assert_eq!(request_of(tx.apply(&settle).await?), settled, "the same command again");
                Ok(())
            })
        })
        .await;
    let books = tenant.books(&world.ports).await;
    assert_eq!((books.wallet.0, books.binding.0), (NanoUsd::cents(996).nanos(), NanoUsd::cents(9).nanos()));
}

/// A use-case that is repeated finds its commands applied.
pub async fn a_command_inside_may_have_been_applied_before(world: World) {
    let tenant = world.tenant().await;
    let money = Command::Transfer(tenant.funding(Mode::Live, AccountOwner::Wallet, HOLD));
    let admit = tenant.admit(HOLD);
    let commands = [money, tenant.settle(admit.id, HOLD).command()];
    let mut answers = Vec::new();
    for round in 0..2 {
        let (admit, commands) = (admit.clone(), commands.clone());
        let answer = world
            .change(&[tenant.org], move |tx| {
                Box::pin(async move {
                    let admitted = request_of(tx.apply(&admit.command()).await?).state;
                    assert_eq!(admitted.is_ended(), round > 0, "{admitted}");
                    let Ok(Outcome::Recorded { seq }) = tx.apply(&commands[0]).await? else { panic!("not recorded") };
                    Ok((seq, request_of(tx.apply(&commands[1]).await?)))
                })
            })
            .await;
        answers.push((answer, world.ports.head(tenant.org).await));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(tenant.books(&world.ports).await.wallet, (NanoUsd::cents(1_000).nanos(), 0));
}

/// A new organization is held by the transaction that makes it: events and commands work at once.
pub async fn a_new_organization_works_in_the_transaction_that_makes_it(world: World) {
    let tenant = world.tenant().await;
    let head = world.ports.head(tenant.org).await;
    assert!(head.seq >= 4 && head.epoch > 0, "it was made with events, commands and policy rows: {head:?}");
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
}

/// Money of two organizations moves in one transaction, or not at all.
pub async fn two_organizations_change_together(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let give = Command::Transfer(a.reversal(HOLD));
    let take = Command::Transfer(b.funding(Mode::Live, AccountOwner::Wallet, HOLD));
    let (orgs, commands) = ([b.org, a.org], [give, take]);
    world
        .change(&orgs, move |tx| {
            Box::pin(async move {
                for command in &commands {
                    assert!(matches!(tx.apply(command).await?, Ok(Outcome::Recorded { .. })));
                }
                Ok(())
            })
        })
        .await;
    let wallets = [(&a, NanoUsd::cents(996)), (&b, NanoUsd::cents(1_004))];
    for (tenant, expected) in wallets {
        assert_eq!(tenant.account(&world.ports, AccountOwner::Wallet).await, (expected.nanos(), 0));
    }
}

/// An organization that the transaction does not hold takes no command and no event of it.
pub async fn what_is_not_held_is_not_changed(world: World) {
    let (held, other) = (world.tenant().await, world.tenant().await);
    let before = world.ports.head(other.org).await;
    for append in [true, false] {
        let inner = other.clone();
        let result: Result<(), StoreError> =
            upivia_domain::ports::transact(&*world.ports.unit, &[held.org], move |tx| {
                Box::pin(async move {
                    if append {
                        tx.append(inner.org, event("team.updated", inner.org)).await?;
                    } else {
                        assert!(tx.apply(&inner.admit(HOLD).command()).await?.is_err(), "it was applied");
                    }
                    Ok(())
                })
            })
            .await;
        assert!(!append || result.is_err(), "an event of an organization that is not held");
    }
    assert_eq!(world.ports.head(other.org).await, before);
}
