//! What a provider said about itself, remembered for a while. However many people sign in, and whatever they send, the
//! provider is asked once at a time and only so often.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};
use upivia_domain::ports::IdentityFault;

/// Asked again after that, so that a key which the provider withdrew does not count for long.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// While the provider cannot be asked, what it said before counts that long.
const USABLE: Duration = Duration::from_secs(24 * 60 * 60);
/// Between two questions after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Between two questions for keys that we do not know: anybody can send a token with such a key.
const BETWEEN_KEYS: Duration = Duration::from_secs(60);

/// A value and when it was fetched.
pub(super) struct Remembered<T>(Mutex<State<T>>);

struct State<T> {
    known: Option<(Arc<T>, Instant)>,
    asked: Option<Instant>,
}

impl<T> Remembered<T> {
    pub(super) fn nothing() -> Self {
        Self(Mutex::new(State { known: None, asked: None }))
    }

    /// What is known, fetched anew if it is old.
    pub(super) async fn get<F>(&self, now: Instant, fetch: impl FnOnce() -> F) -> Result<Arc<T>, IdentityFault>
    where
        F: Future<Output = Result<T, IdentityFault>>,
    {
        // Held while fetching: the others wait for the same answer instead of asking, too.
        let mut state = self.0.lock().await;
        if let Some(fresh) = state.known_for(FRESH, now) {
            return Ok(fresh);
        }
        let old = state.known_for(USABLE, now);
        if state.asked_within(AFTER_FAILURE, now) {
            return old.ok_or_else(|| IdentityFault::Unavailable("it did not answer a moment ago".to_owned()));
        }
        match state.fetch(now, fetch).await {
            Ok(new) => Ok(new),
            Err(fault) => {
                tracing::warn!(%fault, "what an identity provider says about itself could not be fetched");
                old.ok_or(fault)
            }
        }
    }

    /// Something newer than `seen`, which lacks what is needed; `None` if there is nothing newer, or if that was asked
    /// too recently.
    pub(super) async fn newer<F>(&self, seen: &Arc<T>, now: Instant, fetch: impl FnOnce() -> F) -> Option<Arc<T>>
    where
        F: Future<Output = Result<T, IdentityFault>>,
    {
        let mut state = self.0.lock().await;
        let known = state.known.as_ref().map(|(known, _)| Arc::clone(known));
        match known.filter(|known| !Arc::ptr_eq(known, seen)) {
            Some(newer) => Some(newer),
            None if state.asked_within(BETWEEN_KEYS, now) => None,
            None => state.fetch(now, fetch).await.ok(),
        }
    }
}

impl<T> State<T> {
    fn known_for(&self, time: Duration, now: Instant) -> Option<Arc<T>> {
        let (known, at) = self.known.as_ref()?;
        (now.saturating_duration_since(*at) < time).then(|| Arc::clone(known))
    }

    fn asked_within(&self, time: Duration, now: Instant) -> bool {
        self.asked.is_some_and(|at| now.saturating_duration_since(at) < time)
    }

    async fn fetch<F>(&mut self, now: Instant, fetch: impl FnOnce() -> F) -> Result<Arc<T>, IdentityFault>
    where
        F: Future<Output = Result<T, IdentityFault>>,
    {
        self.asked = Some(now);
        let new = Arc::new(fetch().await?);
        self.known = Some((Arc::clone(&new), now));
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::ready,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn down() -> IdentityFault {
        IdentityFault::Unavailable("down".to_owned())
    }

    #[tokio::test]
    async fn a_value_is_fetched_once_an_hour() {
        let (remembered, start) = (Remembered::nothing(), Instant::now());
        for (minutes, found) in [(0, 1), (1, 1), (59, 1), (60, 60), (119, 60), (121, 121)] {
            let now = start + MINUTE * minutes;
            let value = remembered.get(now, || ready(Ok(minutes.max(1)))).await.unwrap();
            assert_eq!(*value, found, "after {minutes} minutes");
        }
    }

    #[tokio::test]
    async fn while_the_provider_is_down_the_old_value_counts_for_a_day() {
        let (remembered, start) = (Remembered::nothing(), Instant::now());
        assert_eq!(remembered.get(start, || ready(Err::<u32, _>(down()))).await, Err(down()));
        let soon = remembered.get(start + Duration::from_secs(1), || ready(Ok(1))).await;
        assert!(soon.is_err(), "it is left alone for a moment");
        assert_eq!(*remembered.get(start + MINUTE, || ready(Ok(1))).await.unwrap(), 1);
        assert_eq!(*remembered.get(start + MINUTE * 1_000, || ready(Err(down()))).await.unwrap(), 1);
        assert_eq!(remembered.get(start + MINUTE * 1_500, || ready(Err(down()))).await, Err(down()));
    }

    #[tokio::test]
    async fn unknown_keys_make_no_flood() {
        let (remembered, start) = (Remembered::nothing(), Instant::now());
        let old = remembered.get(start, || ready(Ok(0))).await.unwrap();
        let asked = AtomicUsize::new(0);
        let fetch = || ready(Ok(asked.fetch_add(1, Ordering::Relaxed) + 1));
        assert!(remembered.newer(&old, start + MINUTE / 2, fetch).await.is_none());
        let newer = remembered.newer(&old, start + MINUTE * 2, fetch).await.unwrap();
        for _ in 0..10 {
            assert_eq!(remembered.newer(&old, start + MINUTE * 2, fetch).await.as_deref(), Some(&1), "others got it");
            assert!(remembered.newer(&newer, start + MINUTE * 2, fetch).await.is_none());
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
