//! How long a use-case may hold its organizations.

use std::{future::Future, time::Duration};

/// While it runs, others wait only for its organizations.
pub(crate) const WORK: Duration = Duration::from_secs(5);

/// How long the server may take to begin or to end a transaction; longer than any timeout of the session.
pub(crate) const SILENCE: Duration = Duration::from_secs(15);

/// What the future came to, or `None` if it was not ready in time.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}
