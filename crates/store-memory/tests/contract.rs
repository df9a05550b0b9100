//! The contract suite on the store in memory.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use upivia_domain::{Timestamp, ports::Clock};
use upivia_ports_tests::{Fixture, Locking, Ports};
use upivia_store_memory::{ManualClock, MemoryStore};

struct InMemory(Arc<MemoryStore>);

async fn fresh() -> InMemory {
    InMemory(MemoryStore::new(ManualClock::at(Timestamp::default())))
}

#[async_trait]
impl Fixture for InMemory {
    async fn open(&self, clock: Arc<dyn Clock>) -> Ports {
        Ports::of(&self.0.with_clock(clock))
    }

    fn locking(&self) -> Locking {
        Locking::EachOrganization
    }

    fn work_limit(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn lose_next_commit_answer(&self) {
        self.0.faults().lose_next_commit_answer();
    }

    fn panic_in_next_batch(&self) {
        self.0.faults().panic_in_next_batch();
    }
}

upivia_ports_tests::contract_suite!(fresh);
