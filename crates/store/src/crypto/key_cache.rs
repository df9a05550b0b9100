//! Unwrapped data keys in two generations: when the younger is full, the older is dropped. Bounded, and whoever is asked
//! for often stays.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use upivia_domain::OrgId;

use super::DataKey;

type Keys = HashMap<OrgId, Arc<DataKey>>;

pub(super) struct KeyCache {
    generation_size: usize,
    keys: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: Keys,
    old: Keys,
}

impl KeyCache {
    pub(super) fn new(generation_size: usize) -> Self {
        Self { generation_size, keys: Mutex::default() }
    }

    pub(super) fn find(&self, org: OrgId) -> Option<Arc<DataKey>> {
        let mut keys = self.lock();
        if let Some(key) = keys.young.get(&org) {
            return Some(Arc::clone(key));
        }
        let key = keys.old.remove(&org)?;
        keys.insert(Arc::clone(&key), self.generation_size);
        Some(key)
    }

    pub(super) fn keep(&self, key: Arc<DataKey>) {
        self.lock().insert(key, self.generation_size);
    }

    pub(super) fn forget(&self, org: OrgId) {
        let mut keys = self.lock();
        keys.young.remove(&org);
        keys.old.remove(&org);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn insert(&mut self, key: Arc<DataKey>, generation_size: usize) {
        if self.young.len() >= generation_size {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key.org(), key);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use upivia_domain::OrgId;

    use super::{DataKey, KeyCache};

    fn org(number: u128) -> OrgId {
        format!("org_{number:0>22}").parse().unwrap()
    }

    fn fill(cache: &KeyCache, numbers: std::ops::Range<u128>) {
        numbers.for_each(|number| cache.keep(Arc::new(DataKey::new(org(number), &[0; 32]).unwrap())));
    }

    #[test]
    fn it_stays_bounded() {
        let cache = KeyCache::new(4);
        fill(&cache, 0..100);
        let kept = (0..100).filter(|number| cache.find(org(*number)).is_some()).count();
        assert!((4..=8).contains(&kept), "{kept}");
    }

    #[test]
    fn what_is_used_stays() {
        let cache = KeyCache::new(4);
        for number in 0..20 {
            fill(&cache, number..number + 1);
            assert!(cache.find(org(0)).is_some(), "after {number}");
        }
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let cache = KeyCache::new(4);
        fill(&cache, 0..6);
        cache.forget(org(0));
        cache.forget(org(5));
        assert!(cache.find(org(0)).is_none() && cache.find(org(5)).is_none() && cache.find(org(4)).is_some());
    }
}
