//! Figures about money for those who watch the installation: taken now and then, and read without asking the store.
//!
//! Deliberately absent: what is counted as it happens (the border counts answers), and the verification of everything
//! ([`crate::verify`]).

mod sample;
mod sampler;

use std::sync::{Arc, PoisonError, RwLock};

pub use sample::{Age, HoldsOfAge, MoneySample, OpenOutcomes};
pub use sampler::{Sampler, SamplerParts};

/// The latest sample. Cheap to clone; whoever reads waits for nobody but another reader of a pointer.
#[derive(Debug, Clone, Default)]
pub struct Gauges(Arc<RwLock<Arc<MoneySample>>>);

impl Gauges {
    /// The latest sample; empty before the first.
    pub fn read(&self) -> Arc<MoneySample> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, sample: MoneySample) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sample);
    }
}
