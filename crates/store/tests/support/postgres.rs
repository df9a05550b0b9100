//! A database of its own on the server that the environment names.

use std::{
    fs::OpenOptions,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::Mutex;
use upivia_domain::ports::Clock;
use upivia_ports_tests::{Fixture, Locking, Ports};
use upivia_store::{Store, migrate_postgres, testing::Fault};

use super::TestParts;

const URL: &str = "UPIVIA_TEST_POSTGRES_URL";
const MARK: &str = "UPIVIA_TEST_POSTGRES_MARK";

/// A database, migrated, without organizations.
pub struct TestDatabase {
    url: String,
}

impl TestDatabase {
    /// Copies a template that the first test of the process makes.
    pub async fn new() -> Self {
        mark();
        let template = template().await;
        Self { url: create(&format!("TEMPLATE {template}")).await }
    }

    /// Without any table.
    pub async fn empty() -> Self {
        mark();
        Self { url: create("").await }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements on the server's own database.
    pub async fn as_admin(&self, sql: &str) {
        AsyncPgConnection::establish(&admin_url()).await.unwrap().batch_execute(sql).await.unwrap();
    }

    /// A plain connection, for what only a test does.
    pub async fn connect(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url).await.unwrap()
    }
}

async fn template() -> String {
    static MADE: Mutex<Option<String>> = Mutex::const_new(None);
    let mut made = MADE.lock().await;
    if let Some(name) = &*made {
        return name.clone();
    }
    let url = create("").await;
    migrate_postgres(&url).await.unwrap();
    let name = url.rsplit('/').next().unwrap().to_owned();
    *made = Some(name.clone());
    name
}

async fn create(options: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Two processes may ask for the same template at once; the server lets only one copy it at a time.
    let name = format!("store_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = AsyncPgConnection::establish(&admin_url()).await.unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name} {options}")).await.unwrap();
    let (server, _) = admin_url().rsplit_once('/').map(|(server, name)| (server.to_owned(), name.to_owned())).unwrap();
    format!("{server}/{name}")
}

fn admin_url() -> String {
    let how = "run `cargo xtask test`, or `cargo xtask postgres -- cargo test -p upivia-store`";
    std::env::var(URL).unwrap_or_else(|_| panic!("{URL} is not set: {how}"))
}

// Tells the runner that tests with this database took place.
fn mark() {
    if let Some(path) = std::env::var_os(MARK) {
        let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "upivia-store").unwrap();
    }
}

/// Every node with its own connections.
pub struct PostgresFixture {
    database: TestDatabase,
    parts: TestParts,
}

pub async fn fresh() -> PostgresFixture {
    PostgresFixture { database: TestDatabase::new().await, parts: TestParts::new() }
}

#[async_trait]
impl Fixture for PostgresFixture {
    async fn open(&self, clock: Arc<dyn Clock>) -> Ports {
        let store = Store::open_postgres(self.database.url(), self.parts.with(clock)).await.unwrap();
        Ports::of(&Arc::new(store))
    }

    fn locking(&self) -> Locking {
        Locking::EachOrganization
    }

    fn work_limit(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn lose_next_commit_answer(&self) {
        self.parts.faults.set(Fault::LoseCommitAnswer);
    }

    fn panic_in_next_batch(&self) {
        self.parts.faults.set(Fault::PanicBeforeCommit);
    }
}
