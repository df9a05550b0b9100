//! The schema: embedded migrations of both databases, and whether a database has exactly those.

use std::{fmt, path::Path, thread};

use diesel::{
    Connection, RunQueryDsl, SqliteConnection,
    backend::Backend,
    migration::{Migration, MigrationSource},
};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::{runtime, sync::oneshot};
use upivia_domain::ports::StoreError;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Two processes that migrate one database wait for each other under this number.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(8315162783437)";

/// A database's schema beside this program's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// The same.
    Equal,
    /// Migrations of this program are missing.
    Older {
        /// Their versions.
        missing: Vec<String>,
    },
    /// It has migrations that this program does not know.
    Newer {
        /// Their versions.
        unknown: Vec<String>,
    },
}

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => f.write_str("the schema is up to date"),
            Self::Older { missing } => {
                write!(
                    f,
                    "the schema is older than this program: run `upivia migrate` (missing: {})",
                    missing.join(", ")
                )
            }
            Self::Newer { unknown } => {
                write!(
                    f,
                    "the schema is newer than this program: use the newer program (unknown: {})",
                    unknown.join(", ")
                )
            }
        }
    }
}

/// Brings a PostgreSQL database up to date; returns the versions that were applied.
///
/// # Errors
///
/// It cannot be reached, a migration fails (and is rolled back), or the schema is newer than this program.
pub async fn migrate_postgres(url: &str) -> Result<Vec<String>, StoreError> {
    let url = url.to_owned();
    on_a_thread(move || {
        with_postgres(&url, |harness| {
            refuse_newer(&check(harness, POSTGRES)?)?;
            apply(harness, POSTGRES)
        })
    })
    .await
}

/// Compares a PostgreSQL database with this program.
pub(crate) async fn check_postgres(url: &str) -> Result<SchemaState, StoreError> {
    let url = url.to_owned();
    on_a_thread(move || with_postgres(&url, |harness| check(harness, POSTGRES))).await
}

/// Brings an embedded file up to date, or says that it is newer.
pub(crate) async fn migrate_sqlite(path: &Path) -> Result<SchemaState, StoreError> {
    let path = path.to_owned();
    on_a_thread(move || {
        let mut conn = open_sqlite(&path)?;
        // The size of pages is fixed once there are some.
        diesel::sql_query("PRAGMA page_size = 8192").execute(&mut conn).map_err(|error| failed(&error))?;
        match check(&mut conn, SQLITE)? {
            SchemaState::Older { .. } => apply(&mut conn, SQLITE).map(|_| SchemaState::Equal),
            state => Ok(state),
        }
    })
    .await
}

/// Compares an embedded file with this program.
pub(crate) async fn check_sqlite(path: &Path) -> Result<SchemaState, StoreError> {
    let path = path.to_owned();
    on_a_thread(move || check(&mut open_sqlite(&path)?, SQLITE)).await
}

fn check<DB: Backend>(
    harness: &mut impl MigrationHarness<DB>,
    ours: EmbeddedMigrations,
) -> Result<SchemaState, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let theirs = harness.applied_migrations().map_err(|error| failed(&error))?;
    let ours = MigrationSource::<DB>::migrations(&ours).map_err(|error| failed(&error))?;
    let ours: Vec<String> = ours.iter().map(|migration| migration.name().version().to_string()).collect();
    let theirs: Vec<String> = theirs.iter().map(ToString::to_string).collect();
    let only = |in_these: &[String], not_in: &[String]| -> Vec<String> {
        let mut only: Vec<_> = in_these.iter().filter(|version| !not_in.contains(version)).cloned().collect();
        only.sort_unstable();
        only
    };
    let (unknown, missing) = (only(&theirs, &ours), only(&ours, &theirs));
    Ok(match (unknown.is_empty(), missing.is_empty()) {
        (false, _) => SchemaState::Newer { unknown },
        (true, false) => SchemaState::Older { missing },
        (true, true) => SchemaState::Equal,
    })
}

fn apply<DB: Backend>(
    harness: &mut impl MigrationHarness<DB>,
    ours: EmbeddedMigrations,
) -> Result<Vec<String>, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let applied = harness.run_pending_migrations(ours).map_err(|error| failed(&error))?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

fn refuse_newer(state: &SchemaState) -> Result<(), StoreError> {
    match state {
        SchemaState::Newer { .. } => Err(StoreError::Internal(state.to_string())),
        SchemaState::Older { .. } | SchemaState::Equal => Ok(()),
    }
}

fn open_sqlite(path: &Path) -> Result<SqliteConnection, StoreError> {
    let url = path.to_str().ok_or_else(|| failed(&"the path of the file is not Unicode"))?;
    let mut conn = SqliteConnection::establish(url).map_err(|error| StoreError::Unavailable(error.to_string()))?;
    // Somebody who closes the file at this moment, or verifies it, holds it for a little while.
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut conn).map_err(|error| failed(&error))?;
    Ok(conn)
}

// The harness blocks a thread of a runtime with several, so it gets one of its own, whatever the caller's looks like.
fn with_postgres<T>(
    url: &str,
    work: impl FnOnce(&mut AsyncMigrationHarness<AsyncPgConnection>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.map_err(|error| failed(&error))?.block_on(async {
        let unavailable = |error: &dyn fmt::Display| StoreError::Unavailable(error.to_string());
        let mut conn = AsyncPgConnection::establish(url).await.map_err(|error| unavailable(&error))?;
        conn.batch_execute(MIGRATION_LOCK).await.map_err(|error| unavailable(&error))?;
        work(&mut AsyncMigrationHarness::new(conn))
    })
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (answer, waiting) = oneshot::channel();
    let spawned = thread::Builder::new().name("migrations".to_owned()).spawn(move || {
        let _ = answer.send(work());
    });
    spawned.map_err(|error| failed(&error))?;
    waiting.await.map_err(|error| failed(&error))?
}

fn failed(error: &dyn fmt::Display) -> StoreError {
    StoreError::Internal(format!("migrations: {error}"))
}
