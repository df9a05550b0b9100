//! What the sandbox executed, for whoever asks later. Bounded: the oldest is forgotten first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{RequestId, dispatch::ProviderAnswer};

const MOST: usize = 4_096;

#[derive(Default)]
pub(super) struct Memory(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    by_request: HashMap<RequestId, ProviderAnswer>,
    oldest_first: VecDeque<RequestId>,
}

impl Memory {
    pub(super) fn remember(&self, request: RequestId, answer: ProviderAnswer) {
        let mut answers = self.lock();
        if answers.by_request.insert(request, answer).is_none() {
            answers.oldest_first.push_back(request);
        }
        if answers.oldest_first.len() > MOST
            && let Some(oldest) = answers.oldest_first.pop_front()
        {
            answers.by_request.remove(&oldest);
        }
    }

    pub(super) fn recall(&self, request: RequestId) -> Option<ProviderAnswer> {
        self.lock().by_request.get(&request).cloned()
    }

    // Whole after every statement, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let memory = Memory::default();
        let id = |at: usize| RequestId::earliest(upivia_domain::Timestamp::from_micros(1_000 * at as i64));
        for at in 0..=MOST {
            memory.remember(id(at), ProviderAnswer::NotSent { detail: at.to_string() });
        }
        assert_eq!(memory.recall(id(0)), None);
        assert_eq!(memory.recall(id(1)), Some(ProviderAnswer::NotSent { detail: "1".to_owned() }));
        assert!(memory.recall(id(MOST)).is_some());
        assert_eq!(memory.lock().by_request.len(), MOST);
    }
}
