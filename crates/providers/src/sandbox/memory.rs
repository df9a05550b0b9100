//! What the sandbox executed, for whoever asks later. Bounded: the oldest is forgotten first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use upivia_domain::{RequestId, dispatch::ProviderAnswer};

const MOST: usize = 4_096;

/// What whoever asks is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The outcome from then on; before that, that it was accepted.
    From(Instant),
    /// That it was accepted, for ever.
    Accepted,
    /// That nothing of it is known here.
    Denied,
    /// Nothing at all.
    Nothing,
}

#[derive(Default)]
pub(super) struct Memory(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    by_request: HashMap<RequestId, (ProviderAnswer, Told)>,
    oldest_first: VecDeque<RequestId>,
}

impl Memory {
    pub(super) fn remember(&self, request: RequestId, answer: ProviderAnswer, told: Told) {
        let mut answers = self.lock();
        if answers.by_request.insert(request, (answer, told)).is_none() {
            answers.oldest_first.push_back(request);
        }
        if answers.oldest_first.len() > MOST
            && let Some(oldest) = answers.oldest_first.pop_front()
        {
            answers.by_request.remove(&oldest);
        }
    }

    pub(super) fn recall(&self, request: RequestId) -> Option<ProviderAnswer> {
        let (answer, told) = self.lock().by_request.get(&request).cloned()?;
        match told {
            Told::From(instant) if Instant::now() < instant => Some(accepted(&answer)),
            Told::From(_) => Some(answer),
            Told::Accepted => Some(accepted(&answer)),
            Told::Denied => {
                Some(ProviderAnswer::NotSent { detail: "the sandbox was told to know nothing of it".to_owned() })
            }
            Told::Nothing => None,
        }
    }

    // Whole after every statement, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer of a provider that has not finished yet.
pub(super) fn accepted(answer: &ProviderAnswer) -> ProviderAnswer {
    match answer {
        ProviderAnswer::Executed { external_id: Some(external_id), .. } => {
            ProviderAnswer::Accepted { external_id: external_id.clone() }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let (memory, now) = (Memory::default(), Told::From(Instant::now()));
        let id = |at: usize| RequestId::earliest(upivia_domain::Timestamp::from_micros(1_000 * at as i64));
        for at in 0..=MOST {
            memory.remember(id(at), ProviderAnswer::NotSent { detail: at.to_string() }, now);
        }
        assert_eq!(memory.recall(id(0)), None);
        assert_eq!(memory.recall(id(1)), Some(ProviderAnswer::NotSent { detail: "1".to_owned() }));
        assert!(memory.recall(id(MOST)).is_some());
        assert_eq!(memory.lock().by_request.len(), MOST);
    }
}
