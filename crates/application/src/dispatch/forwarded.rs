//! What a provider was given of a request, for people who look at it later.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{dispatch::ServiceRequest, ledger::Screening};

use super::{Dispatcher, screening::screen_again};

impl Dispatcher {
    /// What of the payload is forwarded by the catalogue of today; nothing where it would not accept the payload any more.
    pub fn forwarded(&self, request: &ServiceRequest) -> Option<Arc<Value>> {
        let parts = self.parts();
        let screened = screen_again(&parts.catalog, &*parts.payloads, request, parts.clock.now());
        matches!(screened.screening, Screening::Accepted { .. }).then_some(screened.forward)
    }
}
