//! Group commit against a store whose faults are scripted.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use upivia_application::ledger::{GroupCommit, LedgerError};
use upivia_domain::{
    CommandId, Mode, NanoUsd, OrgId,
    budget::{Account, AccountOwner, SystemAccount},
    identity::Actor,
    ledger::{Command, Outcome, Transfer, TransferPurpose},
    ports::{Applied, ApplyMode, LedgerStore, LockWait, StoreError},
};
use uuid::Uuid;

/// Records batches; fails as told.
struct Scripted {
    batches: Mutex<Vec<(usize, ApplyMode)>>,
    applied: Mutex<HashSet<CommandId>>,
    gate: Semaphore,
    poison: Mutex<HashSet<CommandId>>,
    locked: Mutex<HashSet<OrgId>>,
    lose_answer: AtomicBool,
}

impl Scripted {
    fn new(open: bool) -> Arc<Self> {
        let gate = Semaphore::new(if open { 10_000 } else { 0 });
        Arc::new(Self {
            batches: Mutex::default(),
            applied: Mutex::default(),
            gate,
            poison: Mutex::default(),
            locked: Mutex::default(),
            lose_answer: AtomicBool::new(false),
        })
    }

    fn batches(&self) -> Vec<usize> {
        self.batches.lock().unwrap().iter().map(|(size, _)| *size).collect()
    }
}

#[async_trait]
impl LedgerStore for Scripted {
    async fn apply(&self, batch: &[Arc<Command>], mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        self.batches.lock().unwrap().push((batch.len(), mode));
        self.gate.acquire().await.unwrap().forget();
        if batch.iter().any(|command| self.poison.lock().unwrap().contains(&command.id())) {
            return Err(StoreError::Constraint("poison".to_owned()));
        }
        let is_locked = |command: &Arc<Command>| self.locked.lock().unwrap().contains(&command.org());
        if mode.lock == LockWait::Wait && batch.iter().any(is_locked) {
            tokio::time::sleep(Duration::from_millis(300)).await;
            if batch.iter().any(is_locked) {
                return Err(StoreError::LockTimeout);
            }
        }
        let answer = |command: &Arc<Command>| {
            if is_locked(command) {
                return Applied::Locked;
            }
            let fresh = self.applied.lock().unwrap().insert(command.id());
            assert!(fresh || mode.again, "a command was applied twice");
            Applied::Done(Ok(Outcome::Recorded { seq: 1 }))
        };
        let answers = batch.iter().map(answer).collect();
        if self.lose_answer.swap(false, Ordering::SeqCst) {
            return Err(StoreError::CommitUnknown("cut".to_owned()));
        }
        Ok(answers)
    }

    fn lanes(&self) -> usize {
        1
    }
}

fn org(n: u128) -> OrgId {
    OrgId::new(Uuid::from_u128(n))
}

fn command(org: OrgId, n: u128) -> Arc<Command> {
    Arc::new(Command::Transfer(Transfer {
        id: CommandId::new(Uuid::from_u128(n)),
        org,
        mode: Mode::Live,
        from: Account::System(SystemAccount::External),
        to: Account::Owned(AccountOwner::Wallet),
        amount: NanoUsd::from_nanos(1),
        purpose: TransferPurpose::Funding,
        actor: Actor::Operator,
        note: String::new(),
        trace: None,
    }))
}

#[tokio::test]
async fn what_waits_during_a_commit_is_one_batch() {
    let store = Scripted::new(false);
    let group = GroupCommit::start(Arc::clone(&store) as Arc<dyn LedgerStore>);
    let submit = |n| {
        let group = Arc::clone(&group);
        tokio::spawn(async move { group.submit(command(org(1), n)).await })
    };
    let first = submit(0);
    while store.batches().is_empty() {
        tokio::task::yield_now().await;
    }
    let rest: Vec<_> = (1..=50).map(submit).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    store.gate.add_permits(2);
    first.await.unwrap().unwrap();
    for waiting in rest {
        waiting.await.unwrap().unwrap();
    }
    assert_eq!(store.batches(), [1, 50]);
}

#[tokio::test]
async fn a_poisoned_command_fails_alone() {
    let store = Scripted::new(true);
    store.poison.lock().unwrap().insert(CommandId::new(Uuid::from_u128(7)));
    let group = GroupCommit::start(Arc::clone(&store) as Arc<dyn LedgerStore>);
    let all = (0..64).map(|n| group.submit(command(org(1), n)));
    let results = futures::future::join_all(all).await;
    for (n, result) in results.into_iter().enumerate() {
        assert_eq!(result.err(), (n == 7).then_some(LedgerError::Unavailable), "command {n}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    let store = Scripted::new(true);
    store.lose_answer.store(true, Ordering::SeqCst);
    let group = GroupCommit::start(Arc::clone(&store) as Arc<dyn LedgerStore>);
    assert!(group.submit(command(org(1), 1)).await.is_ok());
    let modes: Vec<_> = store.batches.lock().unwrap().iter().map(|(_, mode)| mode.again).collect();
    assert_eq!(modes, [false, true]);
}

#[tokio::test]
async fn a_locked_organization_waits_aside() {
    let store = Scripted::new(true);
    store.locked.lock().unwrap().insert(org(1));
    let group = GroupCommit::start(Arc::clone(&store) as Arc<dyn LedgerStore>);
    let parked = {
        let group = Arc::clone(&group);
        tokio::spawn(async move { futures::future::join_all((0..5).map(|n| group.submit(command(org(1), n)))).await })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    let began = Instant::now();
    for n in 10..20 {
        group.submit(command(org(2), n)).await.unwrap();
    }
    assert!(began.elapsed() < Duration::from_millis(200), "others waited for the lock");
    store.locked.lock().unwrap().clear();
    assert!(parked.await.unwrap().iter().all(Result::is_ok));
    assert!(group.submit(command(org(1), 30)).await.is_ok(), "the organization is served in its lane again");
}

#[tokio::test]
async fn a_wait_in_vain_fails_all_who_waited() {
    let store = Scripted::new(true);
    store.locked.lock().unwrap().insert(org(1));
    let group = GroupCommit::start(Arc::clone(&store) as Arc<dyn LedgerStore>);
    let results = futures::future::join_all((0..5).map(|n| group.submit(command(org(1), n)))).await;
    assert!(results.iter().all(|result| result.as_ref().is_err_and(|error| *error == LedgerError::Unavailable)));
}

#[tokio::test]
async fn too_many_callers_are_turned_away() {
    let store = Scripted::new(false);
    let group = GroupCommit::start(Arc::clone(&store) as Arc<dyn LedgerStore>);
    let mut waiting: Vec<_> = (0..6_000).map(|n| Box::pin(group.submit(command(org(1), n)))).collect();
    let mut refused = 0;
    for future in &mut waiting {
        if let Some(Err(LedgerError::Unavailable)) = futures::FutureExt::now_or_never(future) {
            refused += 1;
        }
    }
    assert!(refused > 1_000, "{refused} were turned away");
}
