//! Requests survive whole, in every state: what was answered is what is stored.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    dispatch::Content,
    ledger::{Admit, Evidence, Fail, Resolution, Screening, Settle},
};

use crate::{World, seed::email};

const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);

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
    tenant.assert_stored(&request).await;
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
    tenant.assert_stored(&settled).await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    let detail = "the provider said \"no\"\n\u{0}".to_owned();
    let failed = world.ports.request(Fail { detail: detail.clone(), ..tenant.fail(id) }).await;
    assert_eq!(failed.result.as_ref().map(|result| &result["detail"]), Some(&Value::from(detail)));
    tenant.assert_stored(&failed).await;
}

/// Every state that a request can be in is stored as it was answered.
pub async fn every_state_survives(world: World) {
    let tenant = world.tenant().await;
    let later = world.ports.request(tenant.admit_later(HOLD)).await;
    tenant.assert_stored(&later).await;
    tenant.assert_stored(&world.ports.request(tenant.begin(later.id)).await).await;
    tenant.assert_stored(&world.ports.request(tenant.running(later.id)).await).await;
    let heir = upivia_domain::NodeId::new(world.mint.uuid());
    tenant.assert_stored(&world.ports.request(tenant.take_over(later.id, heir)).await).await;
    world.clock.advance_seconds(3_600);
    tenant.assert_stored(&world.ports.request(tenant.resolve(later.id, Resolution::Release)).await).await;
    let late = Settle { evidence: Evidence::Provider, ..tenant.settle(later.id, NanoUsd::cents(9)) };
    tenant.assert_stored(&world.ports.request(late).await).await;

    let unknown = world.ports.request(tenant.admit(HOLD)).await.id;
    tenant.assert_stored(&world.ports.request(tenant.unknown(unknown)).await).await;
    let charged = world.ports.request(tenant.resolve(unknown, Resolution::Charge(HOLD))).await;
    tenant.assert_stored(&charged).await;
    let voided = world.ports.request(tenant.admit_later(HOLD)).await.id;
    tenant.assert_stored(&world.ports.request(tenant.void(voided)).await).await;
    let dear = world.ports.request(tenant.admit(HOLD)).await.id;
    tenant.assert_stored(&world.ports.request(tenant.settle(dear, NanoUsd::cents(700))).await).await;
    tenant.assert_stored(&world.ports.request(tenant.adjust(dear, NanoUsd::cents(1))).await).await;
}

/// A request is found in its organization by its id alone, by every node, whatever happened in the others since.
pub async fn a_request_is_located_by_its_id_alone(world: World) {
    let (tenant, neighbour) = (world.tenant().await, world.tenant().await);
    let other = world.second().await;
    let mine = world.ports.request(tenant.admit(HOLD)).await.id;
    world.clock.advance_seconds(86_400 * 40);
    let theirs = world.ports.request(neighbour.admit(HOLD)).await.id;
    let nobodys = upivia_domain::RequestId::new(world.mint.uuid());
    for node in [&world.ports, &other] {
        assert_eq!(node.requests.locate(mine).await.unwrap(), Some(tenant.org));
        assert_eq!(node.requests.locate(theirs).await.unwrap(), Some(neighbour.org));
        assert_eq!(node.requests.locate(nobodys).await.unwrap(), None);
    }
}
