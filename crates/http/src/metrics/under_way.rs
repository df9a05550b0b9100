//! A request that has no answer yet; it ends also when its client hangs up.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Counted as long as it lives.
#[must_use = "it is counted only as long as it lives"]
pub(crate) struct UnderWay(Arc<AtomicU64>);

impl UnderWay {
    pub(super) fn begin(counter: &Arc<AtomicU64>) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(counter))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
