//! Questions and their answers: decided anew, once, and only about what was asked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use support::{NODE, ORG, TERMS, World, agent, agent_id, key_id, operation};
use upivia_domain::{
    ApprovalId, Mode, NanoUsd,
    agent::AgentStatus,
    binding::BindingTerms,
    budget::{AccountOwner, MeterKey, Period, ReasonCode, Scope, Window},
    dispatch::{Content, RequestState, ServiceRequest},
    identity::Actor,
    ledger::{Admit, Approve, Command, Expire, Outcome, Refusal, Reject, Screening},
    time::Zone,
};

fn asking(day_count: Option<u32>) -> (World, ServiceRequest) {
    let terms =
        BindingTerms { approval_threshold: Some(NanoUsd::from_nanos(10)), day_count, ..BindingTerms::default() };
    let mut world = World::with([agent(0, terms)], 100);
    let asked = world.admitted(0, 50);
    assert_eq!(asked.state, RequestState::ApprovalRequired);
    (world, asked)
}

/// Today's approval of what was asked.
fn approve(world: &mut World, asked: &ServiceRequest) -> Approve {
    let fresh = world.admit(0, asked.estimate.nanos());
    let admit = Admit { id: asked.id, content: asked.content.clone(), ..fresh };
    Approve { id: world.command_id(), approval: asked.approval.unwrap().0, actor: Actor::Operator, admit }
}

fn yes(world: &mut World, asked: &ServiceRequest) -> Result<Outcome, Refusal> {
    let command = approve(world, asked);
    world.apply(&Command::Approve(Box::new(command)))
}

fn no(world: &mut World, asked: &ServiceRequest) -> Result<Outcome, Refusal> {
    let (id, approval) = (world.command_id(), asked.approval.unwrap().0);
    world.apply(&Command::Reject(Reject {
        id,
        org: ORG,
        request: asked.id,
        approval,
        actor: Actor::Operator,
        trace: None,
    }))
}

fn request(outcome: Result<Outcome, Refusal>) -> (ServiceRequest, bool) {
    match outcome.unwrap() {
        Outcome::Request { request, replayed } => (*request, replayed),
        Outcome::Recorded { .. } | Outcome::Spawned { .. } => panic!("not a request"),
    }
}

fn units(world: &World) -> i64 {
    let period = Period::Day(Zone::UTC.day(world.now));
    let window = Window { scope: Scope::Binding(agent_id(0), operation("email.send")), period };
    world.meters.get(&MeterKey::Window(Mode::Live, window)).map_or(0, |meter| meter.count)
}

fn pending(world: &World) -> i64 {
    world.meters[&MeterKey::PendingAsks(Mode::Live, agent_id(0))].count
}

#[test]
fn an_approval_holds_the_money_and_the_request_goes_on() {
    let (mut world, asked) = asking(Some(1));
    let (approved, replayed) = request(yes(&mut world, &asked));
    assert_eq!((approved.state, approved.owner, replayed), (RequestState::Dispatching, Some(NODE), false));
    assert_eq!((world.account(AccountOwner::Wallet).held.nanos(), units(&world), pending(&world)), (50, 1, 0));
    let settle = world.settle(asked.id, 40);
    assert_eq!(world.request(&settle).state, RequestState::Executed);
    world.verify();
}

#[test]
fn two_approvers_admit_once() {
    let (mut world, asked) = asking(None);
    let first = Command::Approve(Box::new(approve(&mut world, &asked)));
    assert!(!request(world.apply(&first)).1);
    assert!(request(yes(&mut world, &asked)).1, "the second sees the present state and calls nobody");
    assert!(!request(world.apply(&first)).1, "a replay of the first answers as the first");
    assert_eq!(world.account(AccountOwner::Wallet).held.nanos(), 50);
    assert_eq!(no(&mut world, &asked).unwrap_err(), Refusal::ApprovalResolved);
    world.verify();
}

#[test]
fn a_no_is_final_and_can_be_repeated() {
    let (mut world, asked) = asking(Some(5));
    for _ in 0..2 {
        let (rejected, _) = request(no(&mut world, &asked));
        assert_eq!((rejected.state, rejected.reason()), (RequestState::Blocked, Some(ReasonCode::ApprovalRejected)));
    }
    assert_eq!(yes(&mut world, &asked).unwrap_err(), Refusal::ApprovalResolved);
    assert_eq!((pending(&world), units(&world)), (0, 1), "the unit stays taken");
    world.verify();
}

#[test]
fn it_expires_to_the_microsecond() {
    let (mut world, asked) = asking(None);
    let end = asked.approval.unwrap().1;
    let expire = |world: &mut World| {
        let (id, approval) = (world.command_id(), asked.approval.unwrap().0);
        world.request(&Command::Expire(Expire { id, org: ORG, request: asked.id, approval, node: NODE })).state
    };
    world.now = end.plus_micros(-1);
    assert_eq!(expire(&mut world), RequestState::ApprovalRequired);
    let (mut late, late_asked) = asking(None);
    late.now = end;
    let (expired, _) = request(yes(&mut late, &late_asked));
    assert_eq!((expired.state, expired.reason()), (RequestState::Blocked, Some(ReasonCode::ApprovalExpired)));
    assert_eq!(request(yes(&mut world, &asked)).0.state, RequestState::Dispatching, "one microsecond before the end");
    world.now = end;
    assert_eq!(expire(&mut world), RequestState::Dispatching, "what was approved does not expire");
    late.verify();
}

#[test]
fn a_later_day_gives_a_unit_of_its_own() {
    // The question lives an hour: ask shortly before midnight.
    let (mut world, _) = asking(Some(2));
    world.now = Zone::UTC.next_day(world.now).plus_seconds(-60);
    let asked = world.admitted(0, 50);
    assert_eq!(asked.state, RequestState::ApprovalRequired);
    world.now = Zone::UTC.next_day(world.now);
    let (approved, _) = request(yes(&mut world, &asked));
    assert_eq!((approved.state, units(&world)), (RequestState::Dispatching, 1));
    let fail = world.fail(asked.id, true);
    world.request(&fail);
    assert_eq!(units(&world), 0, "never sent: both days get their units back");
    world.verify();
}

#[test]
fn a_full_day_leaves_the_question_open() {
    let (mut world, _) = asking(Some(2));
    world.now = Zone::UTC.next_day(world.now).plus_seconds(-60);
    let asked = world.admitted(0, 50);
    world.now = Zone::UTC.next_day(world.now);
    assert_eq!(world.admitted(0, 1).state, RequestState::Dispatching);
    assert_eq!(world.admitted(0, 1).state, RequestState::Dispatching);
    let Refusal::NotNow(reasons) = yes(&mut world, &asked).unwrap_err() else { panic!() };
    assert_eq!(reasons[0].code, ReasonCode::DailyLimitExceeded);
    assert_eq!(world.requests[&asked.id].state, RequestState::ApprovalRequired);
    world.verify();
}

#[test]
fn missing_money_leaves_the_question_open_until_it_is_there() {
    let (mut world, asked) = asking(None);
    world.edit(0, |agent| agent.month_cap = Some(NanoUsd::from_nanos(49)));
    assert!(matches!(yes(&mut world, &asked).unwrap_err(), Refusal::NotNow(_)));
    world.edit(0, |agent| agent.month_cap = None);
    assert_eq!(request(yes(&mut world, &asked)).0.state, RequestState::Dispatching);
    world.verify();
}

#[test]
fn only_what_was_asked_is_approved() {
    let (mut world, asked) = asking(None);
    let mut forged = approve(&mut world, &asked);
    forged.admit.content = Content::new(
        agent_id(0),
        &operation("email.send"),
        &serde_json::json!({ "nanos": 99 }),
        None,
        asked.content.salt,
    );
    assert!(matches!(
        world.apply(&Command::Approve(Box::new(forged))).unwrap_err(),
        Refusal::IdempotencyConflict { .. }
    ));
    let mut other = approve(&mut world, &asked);
    other.approval = ApprovalId::new(uuid::Uuid::from_u128(5));
    assert_eq!(world.apply(&Command::Approve(Box::new(other))).unwrap_err(), Refusal::ApprovalResolved);
}

#[test]
fn a_higher_price_is_asked_about_again() {
    let (mut world, asked) = asking(None);
    let mut dearer = approve(&mut world, &asked);
    dearer.admit.screening = Screening::Accepted { estimate: NanoUsd::from_nanos(60), applied_max_tokens: None };
    dearer.admit.approval = (ApprovalId::new(uuid::Uuid::from_u128(77)), TERMS);
    let (again, _) = request(world.apply(&Command::Approve(Box::new(dearer))));
    assert_eq!((again.state, again.estimate.nanos()), (RequestState::ApprovalRequired, 60));
    assert_eq!(yes(&mut world, &asked).unwrap_err(), Refusal::ApprovalResolved, "the first question is over");
    assert_eq!(request(yes(&mut world, &again)).0.held_amount().nanos(), 60);
    assert_eq!(pending(&world), 0);
    world.verify();
}

#[test]
fn a_cheaper_price_holds_less() {
    let (mut world, asked) = asking(None);
    let mut cheaper = approve(&mut world, &asked);
    cheaper.admit.screening = Screening::Accepted { estimate: NanoUsd::from_nanos(30), applied_max_tokens: None };
    assert_eq!(request(world.apply(&Command::Approve(Box::new(cheaper)))).0.held_amount().nanos(), 30);
    world.verify();
}

#[test]
fn a_change_of_key_role_or_binding_withdraws_the_question() {
    type Change = (fn(&mut World), ReasonCode);
    let changes: [Change; 3] = [
        (
            |world| world.edit(0, |agent| agent.credentials.get_mut(&key_id(0)).unwrap().status.revoked = true),
            ReasonCode::CredentialRevoked,
        ),
        (|world| world.edit(0, |agent| agent.status = AgentStatus::Paused), ReasonCode::AgentDisabled),
        (|world| world.edit(0, |agent| agent.bindings.clear()), ReasonCode::PolicyViolation),
    ];
    for (change, code) in changes {
        let (mut world, asked) = asking(None);
        change(&mut world);
        let (closed, _) = request(yes(&mut world, &asked));
        assert_eq!((closed.state, closed.reason(), pending(&world)), (RequestState::Blocked, Some(code), 0));
        assert_eq!(yes(&mut world, &asked).unwrap_err(), Refusal::ApprovalResolved);
        world.verify();
    }
}
