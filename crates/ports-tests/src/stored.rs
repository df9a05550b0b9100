//! Whether a store kept what it answered.

use upivia_domain::dispatch::ServiceRequest;

use crate::tenant::Tenant;

impl Tenant {
    /// The stored row, as the second node and a scan see it, must be the one that was answered.
    pub(crate) async fn assert_stored(&self, answered: &ServiceRequest) {
        let second = self.world.second().await;
        let stored = second.stored(self.org, answered.id).await;
        assert_eq!(stored, *answered);
        assert_eq!(
            (&stored.content.canonical, stored.content.salt),
            (&answered.content.canonical, answered.content.salt)
        );
        assert_eq!(stored.content.digest(), stored.digest);
        let mut scan = second.scanner.scan().await.unwrap();
        let scanned = scan.requests(self.org, None, 1_000).await.unwrap();
        assert_eq!(scanned.iter().find(|request| request.id == answered.id), Some(answered));
    }
}
