//! Days and months: cut by the organization's own zone, counted where the request was admitted, never turned back.

use serde_json::json;
use upivia_domain::{
    Mode, NanoUsd, OrgId, Timestamp,
    binding::BindingTerms,
    budget::{MeterKey, Period, Scope, Window},
    ledger::Refusal,
    ports::Clock,
    time::{Day, Month},
};

use crate::{
    World,
    seed::{email, event_with},
    tenant::Tenant,
};

const HOLD: NanoUsd = NanoUsd::cents(4);

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

async fn window(tenant: &Tenant, period: Period) -> (i64, i64, i64) {
    let window = Window { scope: Scope::Binding(tenant.spender.agent, email()), period };
    tenant.world.ports.meter(tenant.org, &MeterKey::Window(Mode::Live, window)).await
}

/// The day of a count begins at midnight of the organization's zone.
pub async fn a_day_begins_at_the_organizations_midnight(world: World) {
    let tenant = Tenant::found_in(&world, "Asia/Tokyo".parse().unwrap()).await;
    tenant.bind(BindingTerms { day_count: Some(1), ..BindingTerms::default() }).await;
    world.clock.set(at("2026-05-13T14:59:59Z"));
    assert_eq!(tenant.verdict(&world.ports).await, Ok(None));
    let full = world.ports.request(tenant.admit(HOLD)).await;
    assert_eq!(full.reasons[0].resets_at, Some(at("2026-05-13T15:00:00Z")));
    world.clock.set(at("2026-05-13T15:00:00Z"));
    assert_eq!(tenant.verdict(&world.ports).await, Ok(None));
    assert_eq!(window(&tenant, Period::Day(Day(20_260_513))).await.2, 1);
    assert_eq!(window(&tenant, Period::Day(Day(20_260_514))).await.2, 1);
}

/// What is admitted in a month is counted in it, whenever it ends or is corrected.
pub async fn a_hold_belongs_to_the_month_of_its_admission(world: World) {
    let tenant = world.tenant().await;
    tenant.bind(BindingTerms { month_cap: Some(HOLD), ..BindingTerms::default() }).await;
    world.clock.set(at("2026-05-31T23:59:59Z"));
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    assert_eq!(tenant.verdict(&world.ports).await, Ok(Some("monthly_budget_exceeded")));
    world.clock.set(at("2026-06-01T00:00:00Z"));
    let next = world.ports.request(tenant.admit(HOLD)).await;
    assert!(next.state.holds_money(), "a new month: {next:?}");
    world.ports.request(tenant.settle(id, NanoUsd::cents(3))).await;
    world.ports.request(tenant.adjust(id, NanoUsd::cents(2))).await;
    let (may, june) = (Period::Month(Month(202_605)), Period::Month(Month(202_606)));
    assert_eq!(window(&tenant, may).await, (NanoUsd::cents(2).nanos(), 0, 0));
    assert_eq!(window(&tenant, june).await, (0, HOLD.nanos(), 0));
}

/// A unit that is given back goes to the day that it was taken from.
pub async fn a_unit_goes_back_to_its_own_day(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit_later(HOLD)).await.id;
    let yesterday = tenant.day_of(Mode::Live, tenant.spender.agent);
    world.clock.advance_seconds(86_400);
    world.ports.request(tenant.admit(HOLD)).await;
    world.ports.request(tenant.void(id)).await;
    let today = tenant.day_of(Mode::Live, tenant.spender.agent);
    let counts = (world.ports.meter(tenant.org, &yesterday).await.2, world.ports.meter(tenant.org, &today).await.2);
    assert_eq!(counts, (0, 1));
}

/// A node whose clock is a little behind uses the organization's time; one that is far behind admits nothing, but ends
/// what is open.
pub async fn time_never_goes_back_for_an_organization(world: World) {
    let tenant = world.tenant().await;
    let (late, lost) = (world.second_ahead(-1).await, world.second_ahead(-3).await);
    let now = world.clock.now();
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    assert_eq!(late.request(tenant.admit(HOLD)).await.created_at, now);
    assert_eq!(lost.apply(tenant.admit(HOLD)).await.unwrap_err(), Refusal::ClockBehind);
    let settled = lost.request(tenant.settle(id, HOLD)).await;
    assert_eq!(settled.end.map(|end| end.at), Some(now));
    assert_eq!(world.ports.head(tenant.org).await.last_now, now);
}

/// A clock behind that of one organization says nothing about another.
pub async fn each_organization_has_its_own_time(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    world.second_ahead(60).await.request(a.admit(HOLD)).await;
    assert_eq!(world.ports.apply(a.admit(HOLD)).await.unwrap_err(), Refusal::ClockBehind);
    assert_eq!(world.ports.request(b.admit(HOLD)).await.created_at, world.clock.now());
}

/// The time of a transaction is never before the last of any of its organizations.
pub async fn the_time_of_a_transaction_never_goes_back(world: World) {
    let (tenant, ahead) = (world.tenant().await, world.second_ahead(1).await);
    ahead.request(tenant.admit(HOLD)).await;
    let last = world.ports.head(tenant.org).await.last_now;
    assert_eq!(last, world.clock.now().plus_seconds(1));
    assert_eq!(now_of(&world, tenant.org).await, last);
    world.clock.advance_seconds(7);
    assert_eq!(now_of(&world, tenant.org).await, world.clock.now());
}

async fn now_of(world: &World, org: OrgId) -> Timestamp {
    world
        .change(&[org], move |tx| {
            Box::pin(async move {
                let now = tx.now();
                tx.append(org, event_with("team.updated", org, json!({ "at": now }))).await?;
                Ok(now)
            })
        })
        .await
}

/// After the repair the organization's time is the clock's; usage and chain are as they were.
pub async fn a_clock_that_ran_ahead_is_repaired(world: World) {
    let tenant = world.tenant().await;
    world.second_ahead(90).await.request(tenant.admit(HOLD)).await;
    assert_eq!(world.ports.apply(tenant.admit(HOLD)).await.unwrap_err(), Refusal::ClockBehind);
    let before = tenant.books(&world.ports).await;
    world.ports.apply(tenant.repair_clock()).await.unwrap();
    assert_eq!(tenant.books(&world.ports).await, before);
    assert_eq!(world.ports.head(tenant.org).await.last_now, world.clock.now());
    let second = world.second().await;
    assert_eq!(second.request(tenant.admit(HOLD)).await.created_at, world.clock.now());
    world.audited().await;
}

/// Repairing what is sound changes nothing, not even the journal.
pub async fn a_time_that_is_not_ahead_stays(world: World) {
    let tenant = world.tenant().await;
    world.second_ahead(2).await.request(tenant.admit(HOLD)).await;
    let head = world.ports.head(tenant.org).await;
    world.ports.apply(tenant.repair_clock()).await.unwrap();
    assert_eq!(world.ports.head(tenant.org).await, head);
}
