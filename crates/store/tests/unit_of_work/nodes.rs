//! Processes: what is found among many organizations, and the server's clock.

use upivia_domain::{
    NodeId, RequestId, Timestamp,
    ports::{NodeLease, NodeRegistry, StoreError, Unfinished},
};
use upivia_ports_tests::NOON;

use crate::support::{
    raw::Raw,
    tenant::{Tenant, fresh},
};

/// Just before every id of a test.
const SINCE: Timestamp = NOON.plus_seconds(-1);

/// More organizations than are asked about at once come before those that matter.
pub async fn unfinished_requests_are_found_among_many_organizations(raw: Raw) {
    let (first, last) = (Tenant::found(&raw.store).await, Tenant::found(&raw.store).await);
    raw.execute(&format!(
        "INSERT INTO org_heads
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         SELECT 'org_0000000000000000' || (100000 + n), status, zone, next_zone, next_zone_after, seq, epoch, last_now, hash, 0, 0
         FROM org_heads, numbers WHERE org_id = '{}'",
        first.org,
    ))
    .await
    .unwrap();
    let mut mine = last;
    mine.node = first.node;
    let left = [(first.org, first.admitted(&raw.store).await), (mine.org, mine.admitted(&raw.store).await)];
    let mut left = left.map(|(org, request)| Unfinished { org, request }).to_vec();
    let mut found = raw.store.unfinished(first.node, SINCE, 10).await.unwrap();
    found.sort_by_key(|one| one.request);
    left.sort_by_key(|one| one.request);
    assert_eq!(found, left);
    assert_eq!(raw.store.unfinished(first.node, SINCE, 1).await.unwrap().len(), 1);
}

/// An id can be older than its admission: the organization's time may even be before the watermark.
pub async fn a_clock_that_was_set_back_hides_nothing(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let request: RequestId = tenant.admitted(&raw.store).await;
    let before = NOON.plus_seconds(-600).micros();
    raw.execute(&format!("UPDATE org_heads SET last_now = {before} WHERE org_id = '{}'", tenant.org)).await.unwrap();
    let found = raw.store.unfinished(tenant.node, SINCE, 10).await.unwrap();
    assert_eq!(found, [Unfinished { org: tenant.org, request }]);
}

/// A row that cannot be read is named.
pub async fn a_lease_that_cannot_be_read_is_named(raw: Raw) {
    raw.execute("INSERT INTO node_leases VALUES ('nobody', 0, 0, true)").await.unwrap();
    let error = raw.store.bury(fresh("node_"), NOON, false).await.unwrap_err();
    let StoreError::Internal(text) = error else { panic!("{error}") };
    assert!(text.contains("node_leases.node_id") && text.contains("row nobody"), "{text}");
}

/// The server has a clock that goes forward; the file has none.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_server_has_a_clock() {
    assert_eq!(Raw::sqlite().await.store.store_now().await.unwrap(), None);
    let store = Raw::postgres().await.store;
    let first = store.store_now().await.unwrap().expect("a clock");
    let second = store.store_now().await.unwrap().expect("a clock");
    assert!(first > NOON.plus_seconds(-366 * 86_400) && second > first, "{first} {second}");
    assert!(second < first.plus_seconds(60));
}

/// A process that is registered twice is a duplicate.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_registered_once() {
    for raw in [Raw::sqlite().await, Raw::postgres().await] {
        let lease =
            NodeLease { node: fresh::<NodeId>("node_"), lease_until: Timestamp::from_micros(1), watermark: NOON };
        raw.store.register(lease).await.unwrap();
        let again = raw.store.register(lease).await;
        assert!(matches!(again, Err(StoreError::Constraint(_))), "{again:?}");
    }
}
