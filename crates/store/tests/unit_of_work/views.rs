//! Views and their connections.

use std::time::Duration;

use upivia_domain::ports::{LedgerQueries, LedgerScanner, StoreError};

use crate::support::{raw::Raw, tenant::Tenant};

/// More views one after another than there are connections.
pub async fn dropped_views_give_their_connections_back(raw: Raw) {
    for _ in 0..40 {
        let mut view = raw.store.scan().await.unwrap();
        assert_eq!(view.heads().await.unwrap().len(), 1);
    }
}

/// Views that stay open do not stop other reads and writes.
pub async fn many_views_leave_readers_alone(raw: Raw) {
    let mut views = Vec::new();
    for _ in 0..6 {
        views.push(raw.store.scan().await.unwrap());
    }
    let goes_on = async {
        raw.store.ping().await.unwrap();
        Tenant::found(&raw.store).await;
    };
    tokio::time::timeout(Duration::from_secs(20), goes_on).await.expect("nobody may wait for views");
    for mut view in views {
        assert_eq!(view.heads().await.unwrap().len(), 1, "the tenant is younger than the view");
    }
}

/// Verification must be able to say which row is broken; the view stays usable for the others.
pub async fn a_row_that_a_view_cannot_read_is_named(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let request = tenant.admitted(&raw.store).await;
    raw.execute("UPDATE requests SET state = 'lost'; UPDATE meters SET key = 'nonsense' WHERE key LIKE '%wallet%';")
        .await
        .unwrap();
    let mut view = raw.store.scan().await.unwrap();
    let StoreError::Internal(text) = view.requests(tenant.org, None, 10).await.unwrap_err() else {
        panic!("another error")
    };
    assert!(text.contains("requests.state") && text.contains(&request.to_string()), "{text}");
    let StoreError::Internal(text) = view.meters(tenant.org).await.unwrap_err() else { panic!("another error") };
    assert!(text.contains("meters.key") && text.contains("row nonsense"), "{text}");
    assert_eq!(view.journal(tenant.org, 0, 10).await.unwrap().len(), 3);
}
