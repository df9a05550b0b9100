//! Agent keys that were found before. Whom a key speaks for never changes, so only room can make an entry go.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use upivia_domain::identity::CredentialHash;

use super::AgentCaller;

/// Entries of one generation; two generations are kept.
const GENERATION: usize = 8_192;

/// A bounded map that forgets what was not asked for during a whole generation.
#[derive(Debug, Default)]
pub(super) struct KnownKeys(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<CredentialHash, AgentCaller>,
    old: HashMap<CredentialHash, AgentCaller>,
}

impl KnownKeys {
    pub(super) fn find(&self, hash: &CredentialHash) -> Option<AgentCaller> {
        let mut known = self.lock();
        if let Some(caller) = known.young.get(hash) {
            return Some(*caller);
        }
        let caller = known.old.remove(hash)?;
        known.insert(*hash, caller);
        Some(caller)
    }

    pub(super) fn remember(&self, hash: CredentialHash, caller: AgentCaller) {
        self.lock().insert(hash, caller);
    }

    // A panic while the lock is held cannot leave a half-made entry: the maps are changed by single calls.
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn insert(&mut self, hash: CredentialHash, caller: AgentCaller) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, caller);
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::{AgentId, CredentialId, Mode, OrgId};

    use super::*;

    fn hash(number: usize) -> CredentialHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        CredentialHash(bytes)
    }

    fn caller() -> AgentCaller {
        let nil = OrgId::PLATFORM.uuid();
        AgentCaller {
            org: OrgId::PLATFORM,
            agent: AgentId::new(nil),
            credential: CredentialId::new(nil),
            mode: Mode::Test,
        }
    }

    #[test]
    fn a_flood_of_other_keys_makes_room_and_keeps_the_map_bounded() {
        let known = KnownKeys::default();
        (0..5 * GENERATION).for_each(|number| known.remember(hash(number), caller()));
        let kept = {
            let generations = known.lock();
            generations.young.len() + generations.old.len()
        };
        assert!(kept <= 2 * GENERATION, "{kept} entries");
        assert_eq!(known.find(&hash(0)), None);
        assert_eq!(known.find(&hash(5 * GENERATION - 1)), Some(caller()));
    }

    #[test]
    fn a_key_in_use_stays() {
        let known = KnownKeys::default();
        known.remember(hash(0), caller());
        for number in 1..4 * GENERATION {
            known.remember(hash(number), caller());
            assert_eq!(known.find(&hash(0)), Some(caller()), "after {number} others");
        }
    }
}
