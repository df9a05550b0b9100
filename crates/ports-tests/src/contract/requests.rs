//! Requests survive whole, in every state: what was answered is what is stored.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd, RequestId,
    binding::BindingTerms,
    budget::ReasonCode,
    catalog::PayloadProblem,
    dispatch::{Content, RequestState, ServiceRequest},
    ledger::{Admit, AdmitKind, Evidence, Fail, Refusal, Resolution, Screening, Settle},
    policy::SpendContext,
    ports::Clock,
};

use crate::{
    World,
    books::Books,
    requests::APPROVAL,
    tenant::{Tenant, email},
};

const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);

/// The stored row, as the second node and a scan see it, must be the one that was answered.
async fn assert_stored(tenant: &Tenant, answered: &ServiceRequest) {
    let second = tenant.world.second().await;
    let stored = second.stored(tenant.org, answered.id).await;
    assert_eq!(stored, *answered);
    assert_eq!((&stored.content.canonical, stored.content.salt), (&answered.content.canonical, answered.content.salt));
    assert_eq!(stored.content.digest(), stored.digest);
    let mut scan = second.scanner.scan().await.unwrap();
    let scanned = scan.requests(tenant.org, None, 1_000).await.unwrap();
    assert_eq!(scanned.iter().find(|request| request.id == answered.id), Some(answered));
}

/// Text and numbers that a careless store would change.
fn awkward() -> Value {
    json!({
        "text": "quote \" backslash \\ NUL \u{0} emoji 🧾 separator \u{2028} é e\u{301}",
        "numbers": [0, -1, 1.5, 0.1, i64::MIN, u64::MAX],
        "nested": { "": [], "b": { "a": [true, false, [[]], {}] } },
        "long": "ü".repeat(20_000),
    })
}

/// Content, metadata, key, tokens and provider of an admission come back byte for byte.
pub async fn an_admission_survives_byte_for_byte(world: World) {
    let tenant = world.tenant().await;
    let salt = std::array::from_fn(|place| u8::try_from(place * 17).unwrap());
    let metadata = json!({ "label": "ünïcode\u{0}", "delegated_task_id": "dlg_1", "n": 1 });
    let content = Content::new(tenant.spender.agent, &email(), &awkward(), Some(&metadata), salt);
    let screening = Screening::Accepted { estimate: HOLD, applied_max_tokens: Some(u32::MAX) };
    let keyed = tenant.admit_keyed(HOLD, "  key with blanks, 'quotes' and ünïcode ", &json!({}));
    let admit = Admit { content: content.clone(), screening, trace: Some(Arc::from("trace-1")), ..keyed };
    let request = world.ports.request(admit).await;
    assert_eq!((&request.content, request.applied_max_tokens), (&content, Some(u32::MAX)));
    assert_stored(&tenant, &request).await;
    let stored = world.ports.stored(tenant.org, request.id).await;
    assert_eq!(stored.content.metadata, content.metadata);
    assert_eq!(stored.content.payload(), content.payload());
    let hold = stored.hold.expect("a hold");
    assert_eq!((hold.amount, hold.windows.len()), (HOLD, 4), "binding month and day, agent month, team month");
}

/// Results, details and external ids come back as they were given.
pub async fn a_result_survives(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    let result = Arc::new(awkward());
    let external_id = Some("ext/ö?&=%00".to_owned());
    let settled =
        world.ports.request(Settle { result: Arc::clone(&result), external_id, ..tenant.settle(id, HOLD) }).await;
    assert_eq!(settled.result.as_ref(), Some(&result));
    assert_stored(&tenant, &settled).await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    let detail = "the provider said \"no\"\n\u{0}".to_owned();
    let failed = world.ports.request(Fail { detail: detail.clone(), ..tenant.fail(id) }).await;
    assert_eq!(failed.result.as_ref().map(|result| &result["detail"]), Some(&Value::from(detail)));
    assert_stored(&tenant, &failed).await;
}

/// Every state that a request can be in is stored as it was answered.
pub async fn every_state_survives(world: World) {
    let tenant = world.tenant().await;
    let later = world.ports.request(tenant.admit_later(HOLD)).await;
    assert_stored(&tenant, &later).await;
    assert_stored(&tenant, &world.ports.request(tenant.begin(later.id)).await).await;
    assert_stored(&tenant, &world.ports.request(tenant.running(later.id)).await).await;
    let heir = upivia_domain::NodeId::new(world.mint.uuid());
    assert_stored(&tenant, &world.ports.request(tenant.take_over(later.id, heir)).await).await;
    world.clock.advance_seconds(3_600);
    assert_stored(&tenant, &world.ports.request(tenant.resolve(later.id, Resolution::Release)).await).await;
    let late = Settle { evidence: Evidence::Provider, ..tenant.settle(later.id, NanoUsd::cents(9)) };
    assert_stored(&tenant, &world.ports.request(late).await).await;

    let unknown = world.ports.request(tenant.admit(HOLD)).await.id;
    assert_stored(&tenant, &world.ports.request(tenant.unknown(unknown)).await).await;
    let charged = world.ports.request(tenant.resolve(unknown, Resolution::Charge(HOLD))).await;
    assert_stored(&tenant, &charged).await;
    let voided = world.ports.request(tenant.admit_later(HOLD)).await.id;
    assert_stored(&tenant, &world.ports.request(tenant.void(voided)).await).await;
    let dear = world.ports.request(tenant.admit(HOLD)).await.id;
    assert_stored(&tenant, &world.ports.request(tenant.settle(dear, NanoUsd::cents(700))).await).await;
    assert_stored(&tenant, &world.ports.request(tenant.adjust(dear, NanoUsd::cents(1))).await).await;
}

/// A refusal is stored with every reason and every figure; a request without a provider or binding, too.
pub async fn refusals_survive_with_their_reasons(world: World) {
    let tenant = world.tenant().await;
    let cap = Some(NanoUsd::from_nanos(1));
    tenant.bind(BindingTerms { month_cap: cap, day_count: Some(0), approval_threshold: cap }).await;
    tenant.edit(move |agent| agent.month_cap = cap).await;
    let refused = world.ports.request(tenant.admit(NanoUsd::cents(5_000))).await;
    let codes: Vec<_> = refused.reasons.iter().map(|reason| reason.code).collect();
    let all = [
        ReasonCode::MonthlyBudgetExceeded,
        ReasonCode::DailyLimitExceeded,
        ReasonCode::AgentBudgetExceeded,
        ReasonCode::InsufficientBalance,
    ];
    assert_eq!(codes, all);
    assert_stored(&tenant, &refused).await;
    let homeless = world.ports.request(Admit { provider: None, ..tenant.admit(HOLD) }).await;
    assert_eq!(homeless.reason(), Some(ReasonCode::ServiceNotConfigured));
    assert_stored(&tenant, &homeless).await;
    let unbound = world.ports.request(Admit { operation: "sms.send".parse().unwrap(), ..tenant.admit(HOLD) }).await;
    assert_eq!(unbound.reason(), Some(ReasonCode::PolicyViolation));
    assert_stored(&tenant, &unbound).await;
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
}

/// A question holds no money, takes its unit and its place in the queue, and is stored with its end.
pub async fn a_question_survives_with_its_end(world: World) {
    let tenant = world.tenant().await;
    let threshold = Some(NanoUsd::cents(3));
    tenant.bind(BindingTerms { approval_threshold: threshold, ..BindingTerms::default() }).await;
    let ask = tenant.admit(HOLD);
    let approval = ask.approval.0;
    let asked = world.ports.request(ask).await;
    assert_eq!(asked.state, RequestState::ApprovalRequired);
    assert_eq!(asked.approval, Some((approval, APPROVAL.expires_at(world.clock.now()))));
    assert_stored(&tenant, &asked).await;
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, 0, 1));
    for _ in 1..APPROVAL.most_pending {
        assert_eq!(world.ports.request(tenant.admit(HOLD)).await.state, RequestState::ApprovalRequired);
    }
    let full = world.second().await.request(tenant.admit(HOLD)).await;
    assert_eq!(full.reason(), Some(ReasonCode::ApprovalQueueFull));
    assert_stored(&tenant, &full).await;
    let cheap = world.ports.request(tenant.admit(NanoUsd::cents(3))).await;
    assert_eq!(cheap.state, RequestState::Dispatching, "exactly the threshold asks nobody");
    assert_eq!(tenant.books(&world.ports).await.requests, i64::from(APPROVAL.most_pending) + 1);
}

/// The ledger's own answer about a budget is stored like any; it takes nothing and needs no binding.
pub async fn a_budget_report_survives(world: World) {
    let tenant = world.tenant().await;
    world.ports.request(tenant.admit(HOLD)).await;
    tenant.unbind(tenant.spender.agent).await;
    let report = |about| Admit {
        kind: AdmitKind::BudgetReport { about },
        operation: "platform.check_budget".parse().unwrap(),
        provider: None,
        ..tenant.admit(NanoUsd::ZERO)
    };
    let answered = world.ports.request(report(tenant.spender.agent)).await;
    assert_eq!(answered.state, RequestState::Executed);
    let result = answered.result.clone().expect("a result");
    assert_eq!((&result["org_balance_cents"], &result["monthly_held"]), (&json!(995), &json!(0.040_000_007)));
    assert_stored(&tenant, &answered).await;
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, HOLD.nanos(), 1));
    let stranger = tenant.hire(|_| ()).await;
    assert_eq!(world.ports.apply(report(stranger.agent)).await.unwrap_err(), Refusal::NotFound("agent"));
    let child = tenant.hire(|agent| agent.ancestors = vec![tenant.spender.agent]).await;
    assert_eq!(world.ports.request(report(child.agent)).await.state, RequestState::Executed);
}

/// What is no request leaves none: unknown operations, bad payloads, contexts that are not open, negative estimates.
pub async fn what_is_no_request_leaves_none(world: World) {
    let tenant = world.tenant().await;
    let before = world.ports.head(tenant.org).await;
    let problem = PayloadProblem { field: "payload.to".to_owned(), message: "is missing".to_owned() };
    let screened = |screening| Admit { screening, ..tenant.admit(HOLD) };
    let negative = Screening::Accepted { estimate: NanoUsd::from_nanos(-1), applied_max_tokens: None };
    let closed = Admit { contexts: vec![SpendContext::Run("run_7".into())], ..tenant.admit(HOLD) };
    let cases = [
        (screened(Screening::UnknownOperation), Refusal::UnknownOperation),
        (screened(Screening::InvalidPayload(problem.clone())), Refusal::InvalidPayload(problem)),
        (screened(negative), Refusal::InvalidAmount),
        (closed, Refusal::NotFound("run")),
    ];
    for (admit, expected) in cases {
        let id = admit.id;
        assert_eq!(world.ports.apply(admit).await.unwrap_err(), expected);
        assert_eq!(world.ports.requests.request(tenant.org, id).await.unwrap(), None);
    }
    let lost = RequestId::new(world.mint.uuid());
    assert_eq!(world.ports.apply(tenant.begin(lost)).await.unwrap_err(), Refusal::NotFound("service request"));
    assert_eq!(world.ports.head(tenant.org).await, before);
}
