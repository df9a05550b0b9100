//! A file of its own in a directory of its own, gone when the test ends.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use tokio::sync::OnceCell;
use upivia_domain::ports::Clock;
use upivia_ports_tests::{Fixture, Locking, Ports};
use upivia_store::{Store, testing::Fault};

use super::TestParts;

/// The directory, and the file in it.
pub struct TestFile {
    directory: PathBuf,
}

impl TestFile {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("upivia-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        Self { directory }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.join("upivia.db")
    }

    /// A connection beside the store's.
    pub fn connect(&self) -> SqliteConnection {
        let mut conn = SqliteConnection::establish(self.path().to_str().unwrap()).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        conn
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// One writer; every node after the first shares it.
pub struct SqliteFixture {
    file: TestFile,
    parts: TestParts,
    first: OnceCell<Store>,
}

pub async fn fresh() -> SqliteFixture {
    SqliteFixture { file: TestFile::new(), parts: TestParts::new(), first: OnceCell::new() }
}

#[async_trait]
impl Fixture for SqliteFixture {
    async fn open(&self, clock: Arc<dyn Clock>) -> Ports {
        let mut opened = None;
        let parts = self.parts.with(clock);
        let first = self.first.get_or_init(|| async {
            let store = Store::open_sqlite(self.file.path(), parts.clone()).await.unwrap();
            opened = Some(store.clone());
            store
        });
        let first = first.await.clone();
        let store = match opened {
            Some(store) => store,
            None => first.another_node(parts).await.unwrap(),
        };
        Ports::of(&Arc::new(store))
    }

    fn locking(&self) -> Locking {
        Locking::WholeStore
    }

    fn work_limit(&self) -> Duration {
        Duration::from_millis(250)
    }

    fn lose_next_commit_answer(&self) {
        self.parts.faults.set(Fault::LoseCommitAnswer);
    }

    fn panic_in_next_batch(&self) {
        self.parts.faults.set(Fault::PanicBeforeCommit);
    }
}
