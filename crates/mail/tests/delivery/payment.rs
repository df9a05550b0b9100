//! The mailer as a provider: what it makes of a call, and what it claims for the ledger.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    Mode, NanoUsd, RequestId, Uuid,
    dispatch::{Basis, ProviderAnswer, ProviderCall},
    ports::Provider,
};

use super::{Act, Sink, Step, hurried, mailer, plain, told};

const HOLD: NanoUsd = NanoUsd::from_nanos(1_000_000);

fn call(payload: Value) -> ProviderCall {
    ProviderCall {
        org: upivia_domain::OrgId::PLATFORM,
        quoted_at: upivia_domain::Timestamp::from_micros(0),
        request: RequestId::new(Uuid::from_u128(7)),
        mode: Mode::Live,
        operation: "email.send".parse().unwrap(),
        payload: Arc::new(payload),
        hold: HOLD,
    }
}

fn mail() -> Value {
    json!({"to": "Ada@example.com", "subject": "Hi", "body": "Hello.", "sandbox": {"fail": true}})
}

#[tokio::test]
async fn an_executed_call_costs_its_hold_and_names_its_mail() {
    let sink = Sink::start(None).await;
    let mailer = mailer(&plain(&sink));
    let id = format!("<{}@acme.example>", RequestId::new(Uuid::from_u128(7)));
    let result = json!({"message_id": id, "status": "sent", "to": "Ada@example.com"});
    let (result, external_id) = (Arc::new(result), Some(id.clone()));
    let expected = ProviderAnswer::Executed { result, cost: HOLD, basis: Basis::Counted, external_id };
    assert_eq!(mailer.execute(&call(mail())).await, expected);
    assert_eq!(mailer.execute(&call(mail())).await, expected, "a copy has the same Message-ID");
    let mails = sink.seen().mails;
    let header = format!("X-Upivia-Request-Id: {}\r\n", RequestId::new(Uuid::from_u128(7)));
    assert!(mails.iter().all(|mail| mail.contains(&id) && mail.contains(&header) && !mail.contains("sandbox")));
    assert_eq!(mailer.lookup(call(mail()).request).await, None);
}

#[tokio::test]
async fn refusals_and_losses_become_the_ledgers_claims() {
    let sink = told(Step::To, Act::Say("450 later")).await;
    let answer = mailer(&plain(&sink)).execute(&call(mail())).await;
    assert!(matches!(answer, ProviderAnswer::Rejected { unavailable: true, charge: None, .. }), "{answer:?}");
    let sink = told(Step::To, Act::Say("550 nobody")).await;
    let answer = mailer(&plain(&sink)).execute(&call(mail())).await;
    assert!(matches!(answer, ProviderAnswer::Rejected { unavailable: false, charge: None, .. }), "{answer:?}");
    let sink = told(Step::Greeting, Act::Say("421 busy")).await;
    let answer = mailer(&plain(&sink)).execute(&call(mail())).await;
    assert!(matches!(answer, ProviderAnswer::NotSent { .. }), "{answer:?}");
    let sink = told(Step::Dot, Act::Hang).await;
    let answer = hurried(&plain(&sink)).execute(&call(mail())).await;
    assert!(matches!(answer, ProviderAnswer::Unknown { .. }), "{answer:?}");
}

#[tokio::test]
async fn what_could_become_another_header_or_recipient_is_not_sent() {
    let sink = Sink::start(None).await;
    let mailer = mailer(&plain(&sink));
    let with = |name: &str, value: Value| {
        let mut payload = mail();
        payload[name] = value;
        payload
    };
    for (name, value) in [
        ("subject", json!("Hi\r\nBcc: eve@example.com")),
        ("subject", json!("Hi\nBcc: eve@example.com")),
        ("to", json!("ada@example.com>\r\nRCPT TO:<eve@example.com")),
        ("to", json!("ada@example.com, eve@example.com")),
        ("to", json!(["ada@example.com"])),
        ("body", json!(7)),
        ("body", json!("x".repeat(100_001))),
    ] {
        let answer = mailer.execute(&call(with(name, value))).await;
        let ProviderAnswer::NotSent { detail } = answer else { panic!("{name}: {answer:?}") };
        assert!(detail.starts_with(&format!("payload.{name} ")), "{detail}");
    }
    assert!(sink.seen().commands.is_empty());
}

#[tokio::test]
async fn play_money_and_other_operations_buy_no_mail() {
    let sink = Sink::start(None).await;
    let play = ProviderCall { mode: Mode::Test, ..call(mail()) };
    let other = ProviderCall { operation: "sms.send".parse().unwrap(), ..call(mail()) };
    for call in [play, other] {
        assert!(matches!(mailer(&plain(&sink)).execute(&call).await, ProviderAnswer::NotSent { .. }));
    }
    assert!(sink.seen().commands.is_empty());
}
