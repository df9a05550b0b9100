//! Agents that make others: the gift and the child are one transaction, and what is left goes back on every node.

use std::sync::{Arc, Mutex};

use upivia_domain::{
    AgentId, Mode, NanoUsd,
    agent::{Agent, AgentKind, AgentStatus, Origin},
    binding::{Binding, BindingTerms},
    budget::{AccountOwner, MeterKey, ReasonCode, Scope, Window},
    dispatch::RequestState,
    identity::Actor,
    ledger::{Command, Outcome, Refusal, ReturnUnspent, Spawn},
    ports::{Abort, StoreError, Tx, Work, transact},
};

use crate::{
    Ports, World,
    drive::{FIRST, IntoCommand, request_of},
    seed::{email, event},
    tenant::{OPENING, Spender, Tenant},
};

const GIFT: NanoUsd = NanoUsd::cents(100);
const HOLD: NanoUsd = NanoUsd::cents(40);
const COST: NanoUsd = NanoUsd::cents(30);

impl Tenant {
    /// The gift of an agent with live money.
    fn gift(&self, parent: Spender, child: AgentId, amount: NanoUsd) -> Spawn {
        Spawn {
            id: self.command_id(),
            org: self.org,
            mode: Mode::Live,
            parent: parent.agent,
            credential: parent.live,
            child,
            amount,
            asked: None,
            trace: None,
        }
    }

    fn unspent(&self, agent: AgentId) -> ReturnUnspent {
        ReturnUnspent { id: self.command_id(), org: self.org, agent, actor: Actor::Operator, trace: None }
    }

    /// A child with one live key, its binding and its money, or nothing at all.
    async fn spawn(
        &self,
        ports: &Ports,
        parent: Spender,
        above: &[AgentId],
        amount: NanoUsd,
    ) -> Result<Spender, Ended> {
        let new = self.world.spender();
        let ancestors = above.iter().copied().chain([parent.agent]).collect();
        let child = Agent { kind: AgentKind::Spawned, ancestors, ..self.agent_row(new) };
        let (tenant, spawn) = (self.clone(), self.gift(parent, new.agent, amount));
        transact(&*ports.unit, &[self.org], move |tx| Box::pin(write(tx, tenant, child, (new, spawn))))
            .await
            .map(|()| new)
    }

    /// The end of an agent without open requests.
    async fn finish(&self, id: AgentId) {
        let (org, command) = (self.org, self.unspent(id));
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    let agent = tx.agents().find(org, id).await?.expect("the agent exists");
                    tx.agents().update(&Agent { status: AgentStatus::Deleted, ..agent }).await?;
                    tx.append(org, event("agent.deleted", id)).await?;
                    tx.apply(&Command::ReturnUnspent(command)).await?.expect("what is left goes back");
                    Ok(())
                })
            })
            .await;
    }

    async fn month_of(&self, ports: &Ports, agent: AgentId) -> i64 {
        self.figures(ports, &self.month(Mode::Live, Scope::Agent(agent))).await.0
    }

    async fn balances(&self, ports: &Ports, agents: &[AgentId]) -> Vec<i64> {
        let owners = agents.iter().map(|agent| AccountOwner::Agent(*agent));
        let mut balances = Vec::new();
        for owner in std::iter::once(AccountOwner::Wallet).chain(owners) {
            balances.push(self.account(ports, owner).await.0);
        }
        balances
    }
}

async fn write(tx: &mut dyn Tx, tenant: Tenant, child: Agent, (new, spawn): (Spender, Spawn)) -> Result<(), Ended> {
    tx.agents().insert(&child).await?;
    tx.credentials().insert(&tenant.key_row(child.id, new.live, Mode::Live)).await?;
    let binding = Binding { agent: child.id, operation: email(), terms: BindingTerms::default() };
    tx.bindings().put(tenant.org, &binding).await?;
    tx.append(tenant.org, event("agent.created", child.id)).await?;
    match tx.apply(&Command::Spawn(spawn)).await?.map_err(Ended::Refused)? {
        Outcome::Spawned { origin, .. } => Ok(tx.agents().update(&Agent { origin: Some(*origin), ..child }).await?),
        other => panic!("not spawned: {other:?}"),
    }
}

/// Why nobody was spawned.
#[derive(Debug, PartialEq)]
enum Ended {
    Refused(Refusal),
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn cents(amounts: &[i64]) -> Vec<i64> {
    amounts.iter().map(|amount| amount * NanoUsd::cents(1).nanos()).collect()
}

/// A child gets its money, spends it, and what it leaves is back where it came from; its grandchildren's too.
pub async fn what_a_tree_does_not_spend_goes_back(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let root = tenant.spender;
    let child = tenant.spawn(&world.ports, root, &[], GIFT).await.unwrap();
    let grandchild = tenant.spawn(&second, child, &[root.agent], HOLD).await.unwrap();
    let all = [child.agent, grandchild.agent];
    assert_eq!(tenant.balances(&second, &all).await, cents(&[900, 60, 40]));
    assert_eq!(tenant.month_of(&second, root.agent).await, GIFT.nanos());
    assert_eq!(tenant.month_of(&second, child.agent).await, HOLD.nanos());

    let request = second.request(tenant.admit_by(grandchild, HOLD)).await.id;
    world.ports.request(tenant.settle(request, COST)).await;
    tenant.finish(grandchild.agent).await;
    tenant.finish(child.agent).await;
    assert_eq!(tenant.balances(&second, &all).await, cents(&[970, 0, 0]));
    assert_eq!(tenant.month_of(&second, root.agent).await, COST.nanos());
    let dead = second.apply(tenant.gift(child, grandchild.agent, GIFT)).await;
    assert_eq!(dead.unwrap_err(), Refusal::CredentialRevoked);
}

/// What turns out to have cost less, or more, after everybody has ended goes where the remainder went, on every node, whatever
/// it has in its caches.
pub async fn late_corrections_go_to_who_got_the_rest(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let root = tenant.spender;
    let child = tenant.spawn(&world.ports, root, &[], GIFT).await.unwrap();
    let grandchild = tenant.spawn(&world.ports, child, &[root.agent], HOLD).await.unwrap();
    let all = [child.agent, grandchild.agent];
    let request = second.request(tenant.admit_by(grandchild, HOLD)).await.id;
    second.request(tenant.settle(request, COST)).await;
    tenant.finish(grandchild.agent).await;
    second.request(tenant.adjust(request, NanoUsd::cents(20))).await;
    assert_eq!(tenant.balances(&world.ports, &all).await, cents(&[900, 80, 0]), "its parent lives");
    tenant.finish(child.agent).await;
    for (ports, cost, wallet) in [(&second, 12, 988), (&world.ports, 18, 982), (&second, 0, 1_000)] {
        ports.request(tenant.adjust(request, NanoUsd::cents(cost))).await;
        assert_eq!(tenant.balances(&world.ports, &all).await, cents(&[wallet, 0, 0]));
        let months = (tenant.month_of(ports, root.agent).await, tenant.month_of(ports, child.agent).await);
        assert_eq!(months, (NanoUsd::cents(cost).nanos(), NanoUsd::cents(cost).nanos()));
    }
    let inside = Command::Adjust(tenant.adjust(request, NanoUsd::cents(5)));
    world
        .change(&[tenant.org], move |tx| {
            Box::pin(async move {
                tx.apply(&inside).await?.expect("a correction inside a use-case");
                Ok(())
            })
        })
        .await;
    assert_eq!(tenant.balances(&second, &all).await, cents(&[995, 0, 0]));
}

/// A settlement and its correction in one batch, of an agent whose rows nobody has read yet.
pub async fn a_batch_may_end_and_correct_a_childs_request(world: World) {
    let tenant = world.tenant().await;
    let child = tenant.spawn(&world.ports, tenant.spender, &[], GIFT).await.unwrap();
    let request = world.ports.request(tenant.admit_by(child, HOLD)).await.id;
    let batch = [tenant.settle(request, COST).command(), tenant.adjust(request, NanoUsd::cents(10)).command()];
    let batch = batch.map(Arc::new);
    let answers = world.second().await.batch(&batch, FIRST).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(tenant.balances(&world.ports, &[child.agent]).await, cents(&[900, 90]));
}

/// A refused gift leaves neither money nor child; a repeated one moves nothing and says the same.
pub async fn a_gift_is_all_or_nothing_and_once(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let before = world.ports.head(tenant.org).await.seq;
    let more = OPENING.checked_add(NanoUsd::from_nanos(1)).unwrap();
    let Err(Ended::Refused(Refusal::NotNow(reasons))) = tenant.spawn(&second, tenant.spender, &[], more).await else {
        panic!("more than there is")
    };
    assert_eq!(reasons[0].code, ReasonCode::InsufficientBalance);
    assert_eq!(world.ports.head(tenant.org).await.seq, before);
    assert_eq!(world.ports.agents.agents(tenant.org, None).await.unwrap().len(), 1);

    let child = tenant.hire(|_| ()).await.agent;
    let (root, org) = (tenant.spender, tenant.org);
    tenant.remove_test_key(child).await;
    tenant.edit_agent(child, move |row| (row.kind, row.ancestors) = (AgentKind::Spawned, vec![root.agent])).await;
    let gift = tenant.gift(root, child, GIFT);
    let Ok(Outcome::Spawned { origin, seq }) = world.ports.apply(gift.clone()).await else { panic!("not spawned") };
    let known = (*origin).clone();
    tenant.edit_agent(child, move |row| row.origin = Some(known)).await;
    for _ in 0..2 {
        let Ok(Outcome::Spawned { origin: again, seq: at }) = second.again(gift.clone()).await else { panic!() };
        assert_eq!((again, at), (origin.clone(), seq));
    }
    assert_eq!(tenant.balances(&second, &[child]).await, cents(&[900, 100]));
    assert_eq!(second.agents.agent(org, child).await.unwrap().and_then(|row| row.origin), Some(*origin));
    tenant.edit_agent(child, |row| row.status = AgentStatus::Ending).await;
    let unspent = tenant.unspent(child);
    let first = world.ports.apply(unspent.clone()).await;
    let Ok(Outcome::Recorded { seq }) = first else { panic!("{first:?}") };
    let again = second.again(unspent).await;
    assert!(matches!(again, Ok(Outcome::Recorded { seq: at }) if at == seq), "{again:?}");
    assert_eq!(tenant.balances(&second, &[child]).await, cents(&[1_000, 0]));
}

/// Gifts and requests of one agent at once, on two nodes, by use-cases and batches: the last cents go once.
pub async fn gifts_and_requests_share_the_last_cents(world: World) {
    let tenant = world.tenant().await;
    let nodes = [world.ports.clone(), world.second().await];
    let spent = Arc::new(Mutex::new((0_i64, Vec::new())));
    let tasks = (0..24).map(|task| {
        let (ports, tenant, spent) = (nodes[task % 2].clone(), tenant.clone(), Arc::clone(&spent));
        tokio::spawn(async move {
            // An eighth of the wallet each: eight of the twenty-four fit.
            let amount = NanoUsd::from_nanos(OPENING.nanos() / 8);
            if task % 4 < 2 {
                let request = persistent(&ports, tenant.admit(amount).command()).await;
                spent.lock().unwrap().0 += i64::from(request == RequestState::Dispatching);
            } else if let Some(child) = given(&tenant, &ports, amount).await {
                spent.lock().unwrap().1.push(child.agent);
            }
        })
    });
    for ended in futures::future::join_all(tasks.collect::<Vec<_>>()).await {
        ended.unwrap();
    }
    let (requests, children) = spent.lock().unwrap().clone();
    assert_eq!(requests + i64::try_from(children.len()).unwrap(), 8);
    let (posted, held) = tenant.account(&world.ports, AccountOwner::Wallet).await;
    assert_eq!((posted - held, held), (0, requests * OPENING.nanos() / 8));
    let given: i64 = tenant.balances(&world.ports, &children).await.iter().sum();
    assert_eq!(given, OPENING.nanos());
    world.audited().await;
}

async fn persistent(ports: &Ports, command: Command) -> RequestState {
    loop {
        match ports.one(command.clone(), FIRST).await {
            Ok(answer) => return request_of(answer).state,
            Err(StoreError::LockTimeout | StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn given(tenant: &Tenant, ports: &Ports, amount: NanoUsd) -> Option<Spender> {
    loop {
        match tenant.spawn(ports, tenant.spender, &[], amount).await {
            Ok(child) => return Some(child),
            Err(Ended::Refused(Refusal::NotNow(_))) => return None,
            Err(Ended::Store(StoreError::LockTimeout | StoreError::Unavailable(_))) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Whoever descends from an agent is found, whatever the generation, without those who are gone and without colleagues.
pub async fn descendants_are_found(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let root = tenant.spender.agent;
    let line = async |ancestors: Vec<AgentId>| {
        world.clock.advance_seconds(1);
        tenant.hire(|agent| (agent.kind, agent.ancestors) = (AgentKind::Spawned, ancestors)).await.agent
    };
    let child = line(vec![root]).await;
    let grandchild = line(vec![root, child]).await;
    let gone = line(vec![root, child]).await;
    let younger = line(vec![root]).await;
    line(Vec::new()).await;
    tenant.edit_agent(gone, |agent| agent.status = AgentStatus::Deleted).await;
    tenant.edit_agent(grandchild, |agent| agent.status = AgentStatus::Ending).await;
    for (org, of, expected) in [
        (tenant.org, root, vec![child, grandchild, younger]),
        (tenant.org, child, vec![grandchild]),
        (tenant.org, younger, vec![]),
        (other.org, root, vec![]),
    ] {
        let found: Arc<Mutex<Vec<AgentId>>> = Arc::default();
        let seen = Arc::clone(&found);
        let work: Work = Box::new(move |tx| {
            Box::pin(async move {
                let below = tx.agents().descendants(org, of).await?;
                *seen.lock().unwrap() = below.into_iter().map(|agent| agent.id).collect();
                Err(Abort::Rollback)
            })
        });
        assert_eq!(world.ports.unit.run(&[org], work).await, Err(Abort::Rollback));
        assert_eq!(*found.lock().unwrap(), expected);
    }
}

impl Tenant {
    /// A hired agent as a child has it: without a test key.
    async fn remove_test_key(&self, agent: AgentId) {
        let org = self.org;
        self.world
            .change(&[org], move |tx| {
                Box::pin(async move {
                    for key in tx.credentials().active_agent_keys(org, agent, Mode::Test).await? {
                        tx.credentials().remove(org, key.id).await?;
                    }
                    tx.append(org, event("credential.removed", agent)).await
                })
            })
            .await;
    }
}

/// Where a child's money came from survives whole.
pub async fn an_origin_survives(world: World) {
    let tenant = world.tenant().await;
    let (root, team, owner) = (tenant.spender.agent, tenant.team, tenant.owner);
    let MeterKey::Window(_, month) = tenant.month(Mode::Test, Scope::Team(team)) else { panic!() };
    let windows = vec![month.clone(), Window { scope: Scope::Worker(team, owner), ..month }];
    let origin = Origin { mode: Mode::Test, account: AccountOwner::Worker(team, owner), windows };
    let kept = origin.clone();
    tenant.edit_agent(root, move |agent| agent.origin = Some(kept)).await;
    let queries = world.second().await.agents;
    assert_eq!(queries.agent(tenant.org, root).await.unwrap().and_then(|agent| agent.origin), Some(origin));
    tenant.edit_agent(root, |agent| agent.origin = None).await;
    assert_eq!(queries.agent(tenant.org, root).await.unwrap().and_then(|agent| agent.origin), None);
}

/// A gift under a known id is told from a new one before its child is there, and gives nothing twice.
pub async fn a_repeated_gift_finds_the_first_one(world: World) {
    let tenant = world.tenant().await;
    let new = world.spender();
    let ancestors = vec![tenant.spender.agent];
    let child = Agent { kind: AgentKind::Spawned, ancestors: ancestors.clone(), ..tenant.agent_row(new) };
    let gift = tenant.gift(tenant.spender, new.agent, GIFT);
    // Nobody is a child of their own.
    let look = Spawn { child: tenant.spender.agent, amount: NanoUsd::ZERO, ..gift.clone() };
    let (owner, first, probe) = (tenant.clone(), gift.clone(), look.clone());
    let made: Result<(), Ended> = transact(&*world.ports.unit, &[tenant.org], move |tx| {
        Box::pin(async move {
            let unknown = tx.apply(&Command::Spawn(probe)).await?;
            assert!(matches!(unknown, Err(Refusal::Unspawnable(_))), "{unknown:?}");
            write(tx, owner, child, (new, first)).await
        })
    })
    .await;
    made.unwrap();
    let (before, events) = (tenant.balances(&world.ports, &[new.agent]).await, world.ports.head(tenant.org).await.seq);
    let second = world.second().await;
    let (twin, owner) = (world.spender(), tenant.clone());
    let sibling = Agent { kind: AgentKind::Spawned, ancestors, ..tenant.agent_row(twin) };
    let other = Spawn { child: twin.agent, ..gift };
    let found: Result<(), Ended> = transact(&*second.unit, &[tenant.org], move |tx| {
        Box::pin(async move {
            let place = |outcome: Result<Outcome, Refusal>| match outcome {
                Ok(Outcome::Recorded { seq }) => seq,
                other => panic!("not found: {other:?}"),
            };
            let seq = place(tx.apply(&Command::Spawn(look)).await?);
            tx.agents().insert(&sibling).await?;
            tx.append(owner.org, event("agent.created", twin.agent)).await?;
            assert_eq!(place(tx.apply(&Command::Spawn(other)).await?), seq);
            Err(Ended::Store(StoreError::Internal("nothing of it stays".to_owned())))
        })
    })
    .await;
    assert!(matches!(found, Err(Ended::Store(StoreError::Internal(_)))), "{found:?}");
    assert_eq!(tenant.balances(&second, &[new.agent]).await, before);
    assert_eq!(second.head(tenant.org).await.seq, events);
}

/// Children count while they live, grandchildren and those of others never.
pub async fn living_children_are_counted(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (org, root, foreign) = (tenant.org, tenant.spender.agent, other.org);
    let child = tenant.hire(move |agent| agent.ancestors = vec![root]).await.agent;
    tenant.hire(move |agent| agent.ancestors = vec![root, child]).await;
    for status in [AgentStatus::Paused, AgentStatus::Disabled, AgentStatus::Ending, AgentStatus::Deleted] {
        tenant.hire(move |agent| (agent.ancestors, agent.status) = (vec![root], status)).await;
    }
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.agents().living_children(org, root).await?, 3);
                assert_eq!(tx.agents().living_children(org, child).await?, 1);
                assert_eq!(tx.agents().living_children(foreign, root).await?, 0);
                let ended = tx.agents().find(org, child).await?.expect("the child is there");
                tx.agents().update(&Agent { status: AgentStatus::Deleted, ..ended }).await?;
                assert_eq!(tx.agents().living_children(org, root).await?, 2);
                Ok(())
            })
        })
        .await
        .unwrap();
}
