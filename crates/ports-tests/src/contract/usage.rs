//! Many requests at once: what they were asked with, and what they cost together, counted where their limits count them.

use serde_json::json;
use upivia_domain::{
    Mode, NanoUsd, Timestamp,
    agent::AgentStatus,
    binding::BindingTerms,
    budget::{MeterKey, Period, Scope, Window},
    dispatch::{Content, RequestState},
    ledger::{Admit, AdmitKind},
    ports::{Clock, JournalFilter, TotalsFilter, UsageTotal},
    time::Month,
};

use crate::{Ports, World, drive::FIRST, drive::batch, seed::email, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::cents(4);
const LIVE: TotalsFilter = TotalsFilter { mode: Mode::Live, agent: None, service: None, operation: None };

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The midnights around two days.
fn two_days() -> [Timestamp; 3] {
    [at("2026-05-31"), at("2026-06-01"), at("2026-06-02")]
}

async fn totals(ports: &Ports, tenant: &Tenant, filter: &TotalsFilter, cuts: &[Timestamp]) -> Vec<Vec<UsageTotal>> {
    ports.usage.totals(tenant.org, filter, cuts).await.unwrap()
}

/// State, number and nanodollars of each total, in an order of its own.
fn figures(totals: &[UsageTotal]) -> Vec<(&'static str, i64, i64)> {
    let mut figures: Vec<_> = totals.iter().map(|one| (one.state.as_str(), one.requests, one.cost.nanos())).collect();
    figures.sort_unstable();
    figures
}

fn tagged(tenant: &Tenant, project: &str) -> Admit {
    let metadata = json!({ "tags": { "project": project }, "other": [1] });
    let spender = tenant.spender.agent;
    let salt = tenant.world.mint.uuid().into_bytes();
    Admit { content: Content::new(spender, &email(), &json!({}), Some(&metadata), salt), ..tenant.admit(HOLD) }
}

/// A summary has the request's own figures and labels; what is not there, or somebody else's, is left out.
pub async fn summaries_tell_what_requests_were_asked_with(world: World) {
    let (tenant, stranger) = (world.tenant().await, world.tenant().await);
    let red = world.ports.request(tagged(&tenant, "red")).await;
    world.clock.advance_seconds(5);
    let plain = world.ports.request(tenant.admit(NanoUsd::from_nanos(1))).await;
    let foreign = world.ports.request(tagged(&stranger, "red")).await;
    let many: Vec<_> = (0..60).map(|_| tenant.admit(HOLD)).collect();
    let mut asked: Vec<_> = many.iter().map(|admit| admit.id).collect();
    world.ports.batch(&batch(many), FIRST).await;
    asked.extend([red.id, plain.id, foreign.id, tenant.admit(HOLD).id]);
    let found = world.second().await.usage.summaries(tenant.org, &asked).await.unwrap();
    assert_eq!(found.len(), 62);
    let one = |id| found.iter().find(|summary| summary.request == id).expect("its summary");
    let tag = "project:red".parse().unwrap();
    assert!(one(red.id).tags.has(&tag) && one(plain.id).tags.is_empty());
    assert_eq!((one(red.id).estimate, one(red.id).created_at), (HOLD, red.created_at));
    assert_eq!((one(plain.id).estimate, one(plain.id).created_at), (NanoUsd::from_nanos(1), plain.created_at));
    assert_eq!(world.ports.usage.summaries(tenant.org, &[]).await.unwrap(), []);
}

/// Deleted agents keep their names; other organizations' agents have none.
pub async fn agents_keep_their_names(world: World) {
    let (tenant, stranger) = (world.tenant().await, world.tenant().await);
    tenant
        .edit(|agent| {
            agent.name = "Closed \"desk\"".parse().unwrap();
            agent.status = AgentStatus::Deleted;
        })
        .await;
    let asked = [tenant.spender.agent, stranger.spender.agent];
    let found = world.second().await.usage.agent_names(tenant.org, &asked).await.unwrap();
    assert_eq!(found, [(tenant.spender.agent, "Closed \"desk\"".parse().unwrap())]);
}

/// One of each: executed, blocked, failed, running, asked and approved after midnight, rejected, still open, reported.
async fn two_busy_days(world: &World) -> Tenant {
    let tenant = world.tenant().await;
    world.clock.set(at("2026-05-31T23:30:00Z"));
    let executed = world.ports.request(tenant.admit(HOLD)).await.id;
    let failed = world.ports.request(tenant.admit(HOLD)).await.id;
    world.ports.request(tenant.admit_test(HOLD)).await;
    world.ports.request(Admit { operation: "sms.send".parse().unwrap(), ..tenant.admit(HOLD) }).await;
    let about = tenant.spender.agent;
    world.ports.request(Admit { kind: AdmitKind::BudgetReport { about }, ..tenant.admit(HOLD) }).await;
    tenant.bind(BindingTerms { approval_threshold: Some(NanoUsd::ZERO), ..BindingTerms::default() }).await;
    let approved = world.ports.request(tenant.admit(HOLD)).await;
    let rejected = world.ports.request(tenant.admit(HOLD)).await;
    world.ports.request(tenant.admit(HOLD)).await;
    world.clock.set(at("2026-06-01T00:00:00Z"));
    world.ports.request(tenant.settle(executed, NanoUsd::cents(9))).await;
    world.ports.request(tenant.adjust(executed, NanoUsd::cents(3))).await;
    world.ports.request(tenant.fail(failed)).await;
    world.ports.request(tenant.reject(&rejected)).await;
    world.ports.request(tenant.approve(&approved)).await;
    world.ports.request(tenant.settle(approved.id, NanoUsd::cents(2))).await;
    tenant.bind(BindingTerms::default()).await;
    world.clock.set(at("2026-06-01T23:59:59.999999Z"));
    world.ports.request(tenant.admit(HOLD)).await;
    world.clock.set(at("2026-06-02T00:00:00Z"));
    world.ports.request(tenant.admit(HOLD)).await;
    tenant
}

/// A request is counted once, on the day of its admission, with all that it cost by now.
pub async fn totals_count_a_request_once_where_it_was_admitted(world: World) {
    let tenant = two_busy_days(&world).await;
    let days = totals(&world.second().await, &tenant, &LIVE, &two_days()).await;
    let cents = |cents| NanoUsd::cents(cents).nanos();
    let first: Vec<_> = days[0].iter().filter(|one| one.operation == email()).cloned().collect();
    let expected = [("approval_required", 1, 0), ("blocked", 1, 0), ("executed", 1, cents(3)), ("failed", 1, 0)];
    assert_eq!(figures(&first), expected);
    assert_eq!(days[0].len(), 5, "and the other operation: {days:?}");
    assert_eq!(figures(&days[1]), [("dispatching", 1, 0), ("executed", 1, cents(2))]);
    let whole = totals(&world.ports, &tenant, &LIVE, &[two_days()[0], two_days()[2]]).await;
    let sum = |spans: &[Vec<UsageTotal>]| {
        spans.iter().flatten().fold((0, 0), |sum, one| (sum.0 + one.requests, sum.1 + one.cost.nanos()))
    };
    assert_eq!((sum(&whole), whole.len()), (sum(&days), 1), "the parts add up to the whole");
}

/// What is shown is what is enforced: the totals of a month are the agent's window of that month.
pub async fn totals_are_what_windows_have_used(world: World) {
    let tenant = two_busy_days(&world).await;
    let months = totals(&world.ports, &tenant, &LIVE, &[at("2026-05-01"), at("2026-06-01"), at("2026-07-01")]).await;
    for (month, totals) in [202_605, 202_606].into_iter().zip(months) {
        let window = Window { scope: Scope::Agent(tenant.spender.agent), period: Period::Month(Month(month)) };
        let (posted, _, _) = world.ports.meter(tenant.org, &MeterKey::Window(Mode::Live, window)).await;
        assert_eq!(totals.iter().map(|one| one.cost.nanos()).sum::<i64>(), posted, "{month}");
        assert!(posted > 0);
    }
}

/// Each filter leaves exactly what fits; nothing of another organization is ever added up.
pub async fn totals_are_filtered(world: World) {
    let tenant = two_busy_days(&world).await;
    let stranger = world.tenant().await;
    let days = two_days();
    let all = totals(&world.ports, &tenant, &LIVE, &days).await;
    let sms: upivia_domain::catalog::OperationName = "sms.send".parse().unwrap();
    for filter in [
        TotalsFilter { service: Some("sms".to_owned()), ..LIVE },
        TotalsFilter { operation: Some(sms.clone()), ..LIVE },
    ] {
        let found = totals(&world.ports, &tenant, &filter, &days).await;
        assert_eq!(figures(&found[0]), [("blocked", 1, 0)]);
        assert!(found[0].iter().all(|one| one.operation == sms) && found[1].is_empty());
    }
    let agent = Some(tenant.spender.agent);
    let own = totals(&world.ports, &tenant, &TotalsFilter { agent, ..LIVE }, &days).await;
    assert_eq!((figures(&own[0]), figures(&own[1])), (figures(&all[0]), figures(&all[1])));
    let test = totals(&world.ports, &tenant, &TotalsFilter { mode: Mode::Test, ..LIVE }, &days).await;
    assert_eq!(figures(&test[0]), [(RequestState::Dispatching.as_str(), 1, 0)]);
    for other in [Some(stranger.spender.agent), None] {
        let tenant = if other.is_some() { &tenant } else { &stranger };
        let found = totals(&world.ports, tenant, &TotalsFilter { agent: other, ..LIVE }, &days).await;
        assert_eq!(found, [vec![], vec![]]);
    }
}

/// An instant finds its place among events of the same instant, before the first and behind the last.
pub async fn a_time_finds_its_place_in_a_journal(world: World) {
    let tenant = world.tenant().await;
    for _ in 0..7 {
        world.clock.advance_seconds(1);
        world.ports.batch(&batch((0..3).map(|_| tenant.admit(HOLD))), FIRST).await;
    }
    let all = world.ports.journal.events(tenant.org, &JournalFilter::default(), 100).await.unwrap();
    let start = world.clock.now().plus_seconds(-9);
    for (first, last) in (0..11).flat_map(|first| (0..11).map(move |last| (first, last))) {
        let (from, to) = (start.plus_seconds(first), start.plus_seconds(last).plus_micros(1));
        let filter = JournalFilter { from: Some(from), to: Some(to), ..JournalFilter::default() };
        let found = world.ports.journal.events(tenant.org, &filter, 100).await.unwrap();
        let expected: Vec<_> = all.iter().filter(|event| from <= event.at && event.at < to).cloned().collect();
        assert_eq!(found, expected, "{first} to {last}");
    }
}

/// Thousands of events, page by page while two nodes write on: what was there is read once, nothing twice.
pub async fn thousands_of_events_are_paged_while_writers_go_on(world: World) {
    let tenant = world.tenant().await;
    for _ in 0..16 {
        let admits: Vec<_> = (0..200).map(|_| tenant.admit(NanoUsd::from_nanos(1))).collect();
        world.ports.batch(&batch(admits), FIRST).await;
    }
    let before = world.ports.head(tenant.org).await.seq;
    assert!(before > 3_000);
    let writer = tokio::spawn({
        let (tenant, ports) = (tenant.clone(), world.second().await);
        async move {
            for _ in 0..30 {
                ports.request(tenant.admit(NanoUsd::from_nanos(1))).await;
            }
        }
    });
    let (mut seqs, mut cursor) = (Vec::new(), None);
    loop {
        let filter = JournalFilter { before_seq: cursor, ..JournalFilter::default() };
        let page = world.ports.journal.events(tenant.org, &filter, 100).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = Some(last.seq);
        seqs.extend(page.iter().map(|event| event.seq));
        if seqs.len() == 100 {
            world.ports.request(tenant.admit(NanoUsd::from_nanos(1))).await;
        }
    }
    writer.await.unwrap();
    let newest = *seqs.first().expect("events");
    assert!(newest >= before);
    assert_eq!(seqs, (1..=newest).rev().collect::<Vec<_>>());
    assert_eq!(world.ports.head(tenant.org).await.seq, before + 31);
}
