//! Commands on their way into a store, and figures on their way out.

use std::sync::Arc;

use upivia_domain::{
    OrgId, RequestId,
    budget::MeterKey,
    dispatch::ServiceRequest,
    ledger::{
        Adjust, Admit, Approve, BeginDispatch, Command, Expire, Fail, LiftSuspension, MarkRunning, MarkUnknown,
        OrgHead, Outcome, Refusal, Reject, RepairClock, Resolve, ReturnUnspent, Settle, Spawn, TakeOver, Transfer,
        Void,
    },
    ports::{Applied, ApplyMode, LockWait, StoreError},
};

use crate::Ports;

/// A batch that was never tried before and waits for locks.
pub(crate) const FIRST: ApplyMode = ApplyMode { lock: LockWait::Wait, again: false };
/// One that may have been applied before.
pub(crate) const AGAIN: ApplyMode = ApplyMode { lock: LockWait::Wait, again: true };
/// One that waits for nobody.
pub(crate) const SKIP: ApplyMode = ApplyMode { lock: LockWait::Skip, again: false };

/// What is or becomes a command.
pub(crate) trait IntoCommand {
    fn command(self) -> Command;
}

macro_rules! commands {
    ($($name:ident),*) => {$(
        impl IntoCommand for $name {
            fn command(self) -> Command { Command::$name(self) }
        }
    )*};
}

commands!(
    Reject,
    Expire,
    BeginDispatch,
    MarkRunning,
    MarkUnknown,
    TakeOver,
    Settle,
    Fail,
    Void,
    Resolve,
    Adjust,
    Transfer,
    Spawn,
    ReturnUnspent,
    LiftSuspension,
    RepairClock
);

impl IntoCommand for Admit {
    fn command(self) -> Command {
        Command::Admit(Box::new(self))
    }
}

impl IntoCommand for Approve {
    fn command(self) -> Command {
        Command::Approve(Box::new(self))
    }
}

impl IntoCommand for Command {
    fn command(self) -> Command {
        self
    }
}

/// A batch of commands of one kind.
pub(crate) fn batch<C: IntoCommand>(commands: impl IntoIterator<Item = C>) -> Vec<Arc<Command>> {
    commands.into_iter().map(|command| Arc::new(command.command())).collect()
}

impl Ports {
    /// One command for the first time.
    pub(crate) async fn apply(&self, command: impl IntoCommand) -> Result<Outcome, Refusal> {
        self.one(command.command(), FIRST).await.unwrap()
    }

    /// One command that may have been applied before.
    pub(crate) async fn again(&self, command: impl IntoCommand) -> Result<Outcome, Refusal> {
        self.one(command.command(), AGAIN).await.unwrap()
    }

    /// One command that must lead to a request.
    pub(crate) async fn request(&self, command: impl IntoCommand) -> ServiceRequest {
        request_of(self.apply(command).await)
    }

    /// One command, with the store's own failure.
    pub(crate) async fn one(&self, command: Command, mode: ApplyMode) -> Result<Result<Outcome, Refusal>, StoreError> {
        let mut applied = self.ledger.apply(&[Arc::new(command)], mode).await?;
        assert_eq!(applied.len(), 1, "one answer per command");
        Ok(done(applied.pop().unwrap()))
    }

    /// Many commands at once, none of which may be left out.
    pub(crate) async fn batch(&self, commands: &[Arc<Command>], mode: ApplyMode) -> Vec<Result<Outcome, Refusal>> {
        let applied = self.ledger.apply(commands, mode).await.unwrap();
        assert_eq!(applied.len(), commands.len(), "one answer per command");
        applied.into_iter().map(done).collect()
    }

    /// A request as it is stored.
    pub(crate) async fn stored(&self, org: OrgId, id: RequestId) -> ServiceRequest {
        self.requests.request(org, id).await.unwrap().expect("the request is stored")
    }

    /// What a meter shows: posted, held, count.
    pub(crate) async fn meter(&self, org: OrgId, key: &MeterKey) -> (i64, i64, i64) {
        let meter = self.figures.meter(org, key).await.unwrap().unwrap_or_default();
        (meter.posted.nanos(), meter.held.nanos(), meter.count)
    }

    /// An organization's head.
    pub(crate) async fn head(&self, org: OrgId) -> OrgHead {
        self.figures.head(org).await.unwrap().expect("the organization has a head")
    }
}

fn done(applied: Applied) -> Result<Outcome, Refusal> {
    match applied {
        Applied::Done(result) => result,
        Applied::Locked => panic!("nobody held the organization"),
    }
}

/// The request that a command led to.
pub(crate) fn request_of(result: Result<Outcome, Refusal>) -> ServiceRequest {
    match result.unwrap() {
        Outcome::Request { request, .. } => *request,
        Outcome::Recorded { seq } | Outcome::Spawned { seq, .. } => panic!("expected a request, not the event {seq}"),
    }
}

/// The request, and whether an admission found it under its idempotency key.
pub(crate) fn replayed(result: Result<Outcome, Refusal>) -> (RequestId, bool) {
    match result.unwrap() {
        Outcome::Request { request, replayed } => (request.id, replayed),
        Outcome::Recorded { seq } | Outcome::Spawned { seq, .. } => panic!("expected a request, not the event {seq}"),
    }
}
