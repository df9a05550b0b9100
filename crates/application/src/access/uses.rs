//! When tokens of people were used, noted beside their requests: at most once a minute each, and nobody waits for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use upivia_domain::{CredentialId, Timestamp, ports::TokenUses};

/// A use so soon after one that was noted is not noted.
const PAUSE_SECONDS: i64 = 60;
/// So many tokens are remembered; then all are forgotten, and each is noted once more.
const MOST: usize = 8_192;

/// Notes uses.
pub(super) struct Uses {
    port: Arc<dyn TokenUses>,
    noted: Mutex<HashMap<CredentialId, Timestamp>>,
}

impl Uses {
    pub(super) fn new(port: Arc<dyn TokenUses>) -> Self {
        Self { port, noted: Mutex::default() }
    }

    /// Notes a use in the background. A note that fails is lost: it guards nothing.
    pub(super) fn note(&self, token: CredentialId, at: Timestamp) {
        if !self.is_due(token, at) {
            return;
        }
        let port = Arc::clone(&self.port);
        tokio::spawn(async move {
            if let Err(error) = port.note(token, at).await {
                tracing::debug!(%error, "the use of a token was not noted");
            }
        });
    }

    fn is_due(&self, token: CredentialId, at: Timestamp) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&token).is_some_and(|last| at < last.plus_seconds(PAUSE_SECONDS)) {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(token, at);
        true
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use upivia_domain::ports::StoreError;

    use super::*;

    struct Nowhere;

    #[async_trait]
    impl TokenUses for Nowhere {
        async fn note(&self, _: CredentialId, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[test]
    fn a_use_is_due_once_a_minute_for_each_token_and_the_map_stays_small() {
        let uses = Uses::new(Arc::new(Nowhere));
        let token = |number: u128| CredentialId::new(upivia_domain::Uuid::from_u128(number));
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert!(uses.is_due(token(1), at(0)) && uses.is_due(token(2), at(1)));
        assert!(!uses.is_due(token(1), at(59)) && uses.is_due(token(1), at(60)));
        assert!((10..20_000).all(|number| uses.is_due(token(number), at(100))));
        assert!(uses.noted.lock().unwrap().len() <= MOST);
    }
}
