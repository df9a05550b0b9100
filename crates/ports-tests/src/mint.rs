//! Ids of a test's things: UUIDv7 at the test's time, in order.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use upivia_domain::{RequestId, Uuid, ports::Clock};

use crate::TestClock;

const VARIANT: u128 = 0b10 << 62;

/// Mints ids that were never minted before in the same world.
#[derive(Debug)]
pub struct Mint {
    clock: Arc<TestClock>,
    last: AtomicU64,
}

impl Mint {
    pub(crate) const fn new(clock: Arc<TestClock>) -> Self {
        Self { clock, last: AtomicU64::new(0) }
    }

    /// The next one.
    pub(crate) fn uuid(&self) -> Uuid {
        let number = self.last.fetch_add(1, Ordering::SeqCst);
        let born = RequestId::earliest(self.clock.now()).uuid().as_u128();
        Uuid::from_u128(born | VARIANT | u128::from(number))
    }
}
