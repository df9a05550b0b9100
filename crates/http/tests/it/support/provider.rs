//! A provider that does what the subject of a mail tells it.

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::{Value, json};
use upivia_domain::{
    Mode, NanoUsd, RequestId,
    catalog::OperationName,
    dispatch::{Basis, ProviderAnswer, ProviderCall, ProviderName},
    ports::{Provider, ProviderRegistry},
};

type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Serves test money only, as the sandbox does.
pub struct Registry;

impl ProviderRegistry for Registry {
    fn find(&self, _operation: &OperationName, mode: Mode) -> Option<Arc<dyn Provider>> {
        (mode == Mode::Test).then(|| Arc::new(Obedient) as Arc<dyn Provider>)
    }
}

struct Obedient;

// What `async_trait` would write: this crate has no use for the macro elsewhere.
impl Provider for Obedient {
    fn name(&self) -> ProviderName {
        ProviderName::new("obedient")
    }

    fn execute<'a, 'b, 'c>(&'a self, call: &'b ProviderCall) -> Pending<'c, ProviderAnswer>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            let order = call.payload.get("subject").and_then(Value::as_str).unwrap_or_default();
            if order == "hang" {
                return std::future::pending().await;
            }
            answer(order, call.hold)
        })
    }

    fn lookup<'a, 'c>(&'a self, _request: RequestId) -> Pending<'c, Option<ProviderAnswer>>
    where
        'a: 'c,
        Self: 'c,
    {
        Box::pin(std::future::ready(None))
    }
}

fn answer(order: &str, hold: NanoUsd) -> ProviderAnswer {
    let executed = |cost| ProviderAnswer::Executed {
        result: Arc::new(json!({ "message_id": "msg_1" })),
        cost,
        basis: Basis::ProviderUsage,
        external_id: Some("ext_1".to_owned()),
    };
    let detail = "the mailbox is full".to_owned();
    match order {
        "reject" => ProviderAnswer::Rejected { detail, unavailable: false, charge: None },
        "charge" => {
            ProviderAnswer::Rejected { detail, unavailable: false, charge: Some((NanoUsd::cents(1), Basis::Counted)) }
        }
        "unsent" => ProviderAnswer::NotSent { detail: "no connection".to_owned() },
        "accept" => ProviderAnswer::Accepted { external_id: "ext_2".to_owned() },
        "lose" => ProviderAnswer::Unknown { detail: "no answer".to_owned() },
        "overrun" => executed(hold.checked_add(NanoUsd::cents(3)).unwrap()),
        "free" => executed(NanoUsd::ZERO),
        _ => executed(hold),
    }
}
