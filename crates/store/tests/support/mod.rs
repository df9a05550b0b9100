//! Fresh stores of both kinds, for the contract suite and for this crate's own tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

pub mod postgres;
pub mod raw;
pub mod sqlite;
pub mod tenant;

use std::sync::Arc;

use upivia_domain::ports::Clock;
use upivia_store::{StoreParts, crypto::MasterKey, testing::Faults};

/// What every store of one test shares: the key, and the faults that the test injects.
pub struct TestParts {
    pub key: MasterKey,
    pub faults: Faults,
}

impl TestParts {
    pub fn new() -> Self {
        Self { key: MasterKey::generate().unwrap(), faults: Faults::default() }
    }

    pub fn with(&self, clock: Arc<dyn Clock>) -> StoreParts {
        StoreParts::new(clock, self.key.clone()).with_faults(self.faults.clone())
    }
}
