//! Delegated tasks: their rows, and that what they say holds at once, on every node. What comes together: `races`.

use std::slice;

use upivia_domain::{
    AgentId, DelegationId, Mode, NanoUsd,
    budget::{MeterKey, Period, ReasonCode, Scope, Window},
    delegation::{DelegatedTask, TaskStatus},
    dispatch::ServiceRequest,
    ledger::{Admit, Refusal},
    policy::SpendContext,
    ports::{Clock, StoreError, TaskFilter},
};

use crate::{
    World,
    drive::request_of,
    seed::email,
    tenant::{Spender, Tenant},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

impl Tenant {
    /// A task of the first agent for that one.
    pub(crate) fn task(&self, child: AgentId, cap: Option<NanoUsd>) -> DelegatedTask {
        let now = self.world.clock.now();
        DelegatedTask {
            id: DelegationId::new(self.world.mint.uuid()),
            org: self.org,
            parent: self.spender.agent,
            child,
            objective: "Größe, \"quoted\"\n株".to_owned(),
            cap,
            operations: None,
            model_id: None,
            status: TaskStatus::Pending,
            result: None,
            seq: 7,
            created_at: now,
            updated_at: now,
            ended_at: None,
        }
    }

    pub(crate) async fn delegate(&self, task: DelegatedTask) -> Result<DelegatedTask, StoreError> {
        let row = task.clone();
        self.attempt(move |tx| Box::pin(async move { tx.delegations().insert(&row).await })).await.map(|()| task)
    }

    async fn advance(&self, task: &DelegatedTask, status: TaskStatus) -> DelegatedTask {
        let task = task.clone().advanced(status, Some("done".to_owned()), self.world.clock.now());
        let row = task.clone();
        self.attempt(move |tx| Box::pin(async move { tx.delegations().update(&row).await })).await.unwrap();
        task
    }

    fn admit_for(&self, spender: Spender, amount: NanoUsd, task: &DelegatedTask) -> Admit {
        Admit { contexts: vec![SpendContext::Delegation(task.id)], ..self.admit_by(spender, amount) }
    }
}

fn life(task: &DelegatedTask) -> MeterKey {
    MeterKey::Window(Mode::Live, Window { scope: Scope::Delegation(task.id), period: Period::Life })
}

fn first(request: &ServiceRequest) -> Option<(ReasonCode, &'static str)> {
    request.reasons.first().map(|reason| (reason.code, reason.scope))
}

const FULL: Option<(ReasonCode, &str)> = Some((ReasonCode::AgentBudgetExceeded, "delegation"));

/// Tasks survive whole, are listed newest first by side and status, and are nobody's business elsewhere.
pub async fn delegated_tasks_survive_whole(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let child = tenant.hire(|_| ()).await.agent;
    let operations = Some(vec![email(), "web_search.search".parse().unwrap()]);
    let narrow = DelegatedTask { operations, model_id: Some("m".to_owned()), ..tenant.task(child, Some(NanoUsd::MAX)) };
    let old = tenant.delegate(narrow).await.unwrap();
    world.clock.advance_seconds(1);
    let none = DelegatedTask { operations: Some(Vec::new()), ..tenant.task(tenant.spender.agent, Some(NanoUsd::ZERO)) };
    let new = tenant.delegate(none).await.unwrap();

    let second = world.second().await;
    let list =
        async |filter: TaskFilter, limit| second.tasks.delegated_tasks(tenant.org, &filter, limit).await.unwrap();
    assert_eq!(list(TaskFilter::default(), 9).await, [new.clone(), old.clone()]);
    assert_eq!(list(TaskFilter::default(), 1).await, slice::from_ref(&new));
    assert_eq!(list(TaskFilter { child: Some(child), ..TaskFilter::default() }, 9).await, slice::from_ref(&old));
    let given = TaskFilter { parent: Some(tenant.spender.agent), ..TaskFilter::default() };
    assert_eq!(list(given, 9).await.len(), 2);

    world.clock.advance_seconds(1);
    let ended = tenant.advance(&old, TaskStatus::Completed).await;
    assert_eq!(second.tasks.delegated_task(tenant.org, old.id).await.unwrap(), Some(ended.clone()));
    assert_eq!(second.tasks.delegated_task(other.org, old.id).await.unwrap(), None);
    let completed = TaskFilter { status: Some(TaskStatus::Completed), ..TaskFilter::default() };
    assert_eq!(list(completed, 9).await, slice::from_ref(&ended));
    assert_eq!(second.tasks.delegated_tasks(other.org, &completed, 9).await.unwrap(), []);
    let (org, foreign, parent) = (tenant.org, other.org, tenant.spender.agent);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.delegations().find(org, ended.id).await?, Some(ended.clone()));
                assert_eq!(tx.delegations().find(foreign, ended.id).await?, None);
                assert_eq!(tx.delegations().open_of(org, child).await?, []);
                assert_eq!(tx.delegations().open_of(org, parent).await?, [new]);
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// The open tasks with an agent are those that it gave and those that it was given, one for itself once, none that ended.
pub async fn open_tasks_are_found_from_both_sides(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (org, parent, foreign) = (tenant.org, tenant.spender.agent, other.org);
    let child = tenant.hire(|_| ()).await.agent;
    let own = tenant.delegate(tenant.task(parent, None)).await.unwrap();
    let given = tenant.delegate(tenant.task(child, None)).await.unwrap();
    let back = DelegatedTask { parent: child, child: parent, ..tenant.task(child, None) };
    let back = tenant.delegate(back).await.unwrap();
    let ended = tenant.delegate(tenant.task(child, None)).await.unwrap();
    tenant.advance(&ended, TaskStatus::Completed).await;
    other.delegate(other.task(other.spender.agent, None)).await.unwrap();
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.delegations().open_with(org, parent).await?, [own.clone(), given.clone(), back.clone()]);
                assert_eq!(tx.delegations().open_with(org, child).await?, [given.clone(), back]);
                assert_eq!(tx.delegations().open_with(foreign, parent).await?, []);
                let ended = given.advanced(TaskStatus::Cancelled, None, tx.now());
                tx.delegations().update(&ended).await?;
                assert_eq!(tx.delegations().open_with(org, parent).await?.len(), 2, "as the transaction wrote it");
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// An id is used once, both agents are the organization's, and what is not there is not changed.
pub async fn a_delegated_task_is_unique_and_of_one_organization(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let task = tenant.delegate(tenant.task(tenant.spender.agent, None)).await.unwrap();
    let wrong = [
        task.clone(),
        tenant.task(other.spender.agent, None),
        DelegatedTask { parent: other.spender.agent, ..tenant.task(tenant.spender.agent, None) },
    ];
    for wrong in wrong {
        assert!(matches!(tenant.delegate(wrong.clone()).await, Err(StoreError::Constraint(_))), "{wrong:?}");
    }
    let stranger = DelegatedTask { org: other.org, ..task };
    let changed = other.attempt(move |tx| Box::pin(async move { tx.delegations().update(&stranger).await })).await;
    assert!(matches!(changed, Err(StoreError::Constraint(_))), "{changed:?}");
}

/// A task binds from the next request on, on every node, and its end too; what was spent stays counted.
pub async fn a_delegated_task_holds_at_once(world: World) {
    let tenant = world.tenant().await;
    let (second, child) = (world.second().await, tenant.hire(|_| ()).await);
    assert!(second.request(tenant.admit_by(child, HOLD)).await.state.holds_money());
    let task = tenant.delegate(tenant.task(child.agent, Some(NanoUsd::cents(6)))).await.unwrap();
    let counted = second.request(tenant.admit_by(child, HOLD)).await;
    assert_eq!(second.meter(tenant.org, &life(&task)).await, (0, HOLD.nanos(), 0));
    assert_eq!(first(&second.request(tenant.admit_by(child, HOLD)).await), FULL);
    second.request(tenant.settle(counted.id, NanoUsd::cents(1))).await;
    assert_eq!(second.meter(tenant.org, &life(&task)).await, (NanoUsd::cents(1).nanos(), 0, 0));
    assert!(second.request(tenant.admit_for(child, HOLD, &task)).await.state.holds_money());

    tenant.advance(&task, TaskStatus::Cancelled).await;
    for ports in [&second, &world.ports] {
        let over = ports.request(tenant.admit_for(child, NanoUsd::ZERO, &task)).await;
        assert_eq!(first(&over), FULL);
        let spent = NanoUsd::cents(5).nanos();
        assert_eq!((over.reasons[0].limit, over.reasons[0].retryable), (Some(spent), false));
        assert!(ports.request(tenant.admit_by(child, HOLD)).await.state.holds_money());
    }
    let held = second.meter(tenant.org, &life(&task)).await;
    assert_eq!(held, (NanoUsd::cents(1).nanos(), HOLD.nanos(), 0), "what is open ends as it would have");
}

/// Of several open tasks one must be named; a task of somebody else never is one's own. Nothing is written meanwhile.
pub async fn a_request_says_for_which_task_it_is(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let child = tenant.hire(|_| ()).await;
    let one = tenant.delegate(tenant.task(child.agent, None)).await.unwrap();
    let two = tenant.delegate(tenant.task(child.agent, None)).await.unwrap();
    let parents = tenant.delegate(tenant.task(tenant.spender.agent, None)).await.unwrap();
    let foreign = other.delegate(other.task(other.spender.agent, None)).await.unwrap();
    let before = world.ports.head(tenant.org).await.seq;
    let strange = [&parents, &foreign].map(|task| tenant.admit_for(child, HOLD, task));
    for unclear in strange.into_iter().chain([tenant.admit_by(child, HOLD)]) {
        let refused = world.ports.apply(unclear).await;
        let Err(Refusal::InvalidPayload(problem)) = refused else { panic!("{refused:?}") };
        assert_eq!(problem.field, "metadata.delegated_task_id");
    }
    assert_eq!(world.ports.head(tenant.org).await.seq, before);
    for task in [&one, &two] {
        assert!(world.ports.request(tenant.admit_for(child, HOLD, task)).await.state.holds_money());
        assert_eq!(world.ports.meter(tenant.org, &life(task)).await, (0, HOLD.nanos(), 0));
    }
    assert_eq!(world.ports.meter(tenant.org, &life(&parents)).await, (0, 0, 0));
}

/// A task lets only those operations pass that it names.
pub async fn a_delegated_task_narrows_what_is_bound(world: World) {
    let tenant = world.tenant().await;
    let child = tenant.hire(|_| ()).await;
    let narrow =
        |name: &str| DelegatedTask { operations: Some(vec![name.parse().unwrap()]), ..tenant.task(child.agent, None) };
    let search = tenant.delegate(narrow("web_search.search")).await.unwrap();
    let refused = world.ports.request(tenant.admit_by(child, HOLD)).await;
    assert_eq!(first(&refused), Some((ReasonCode::PolicyViolation, "delegation")));
    assert_eq!(world.ports.stored(tenant.org, refused.id).await, refused);
    tenant.delegate(narrow(email().as_str())).await.unwrap();
    tenant.advance(&search, TaskStatus::Failed).await;
    assert!(world.ports.request(tenant.admit_by(child, HOLD)).await.state.holds_money());
}

/// A use-case sees the tasks that it has just written.
pub async fn a_command_inside_sees_a_new_task(world: World) {
    let tenant = world.tenant().await;
    let task = tenant.task(tenant.spender.agent, Some(NanoUsd::cents(1)));
    let (row, admit) = (task.clone(), tenant.admit(HOLD));
    let over = tenant.admit_for(tenant.spender, HOLD, &task);
    let now = world.clock.now();
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.delegations().insert(&row).await?;
                let command = upivia_domain::ledger::Command::Admit(Box::new(admit));
                assert_eq!(first(&request_of(tx.apply(&command).await?)), FULL);
                tx.delegations().update(&row.advanced(TaskStatus::Cancelled, None, now)).await?;
                let command = upivia_domain::ledger::Command::Admit(Box::new(over));
                assert_eq!(first(&request_of(tx.apply(&command).await?)), FULL);
                Ok(())
            })
        })
        .await
        .unwrap();
}
