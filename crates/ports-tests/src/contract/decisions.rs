//! What is not dispatched: refusals, questions and reports are stored like any request; what is no request leaves none.

use serde_json::json;
use upivia_domain::{
    NanoUsd, RequestId,
    binding::BindingTerms,
    budget::ReasonCode,
    catalog::PayloadProblem,
    dispatch::RequestState,
    ledger::{Admit, AdmitKind, Refusal, Screening},
    policy::SpendContext,
    ports::Clock,
};

use crate::{World, books::Books, requests::APPROVAL};

const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);

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
    tenant.assert_stored(&refused).await;
    let homeless = world.ports.request(Admit { provider: None, ..tenant.admit(HOLD) }).await;
    assert_eq!(homeless.reason(), Some(ReasonCode::ServiceNotConfigured));
    tenant.assert_stored(&homeless).await;
    let unbound = world.ports.request(Admit { operation: "sms.send".parse().unwrap(), ..tenant.admit(HOLD) }).await;
    assert_eq!(unbound.reason(), Some(ReasonCode::PolicyViolation));
    tenant.assert_stored(&unbound).await;
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
    tenant.assert_stored(&asked).await;
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, 0, 1));
    for _ in 1..APPROVAL.most_pending {
        assert_eq!(world.ports.request(tenant.admit(HOLD)).await.state, RequestState::ApprovalRequired);
    }
    let full = world.second().await.request(tenant.admit(HOLD)).await;
    assert_eq!(full.reason(), Some(ReasonCode::ApprovalQueueFull));
    tenant.assert_stored(&full).await;
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
    tenant.assert_stored(&answered).await;
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
