//! [`Store`]: one handle for either database.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use upivia_domain::{
    OrgId,
    ports::{Clock, StoreError},
};

use crate::{
    crypto::{CryptoError, KeyCheck, MasterKey, Sealer},
    ledger::{Counters, Faults, PolicyCache, RowCache, StoreStats},
    migrate::SchemaState,
    postgres, sqlite,
};

/// What a store needs from outside.
#[derive(Clone)]
pub struct StoreParts {
    clock: Arc<dyn Clock>,
    master_key: MasterKey,
    faults: Faults,
}

impl StoreParts {
    /// The node's clock, and the key from which all others come.
    pub fn new(clock: Arc<dyn Clock>, master_key: MasterKey) -> Self {
        Self { clock, master_key, faults: Faults::default() }
    }

    /// Lets a test make things go wrong.
    #[doc(hidden)]
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The schema is another program's.
    #[error("{0}")]
    Schema(SchemaState),
    /// Another process writes the file.
    #[error("another process uses the database file; stop it first")]
    InUse,
    /// The key is not the one that the rows were written with.
    #[error(transparent)]
    Key(#[from] CryptoError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A database with every persistence port. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

/// The database behind a store. Ports lead each call to it with `match store.backend()`.
#[derive(Clone)]
pub(crate) enum Backend {
    /// The embedded file.
    Sqlite(Arc<sqlite::Database>),
    /// A server.
    Postgres(Arc<postgres::Database>),
}

/// What both databases need besides connections. One per store.
pub(crate) struct Shared {
    /// The node's clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// Wraps and unwraps data keys.
    pub(crate) sealer: Sealer,
    /// Policy rows, valid for one epoch.
    pub(crate) policies: PolicyCache,
    /// Meters and open requests, valid for one event.
    pub(crate) rows: RowCache,
    /// What was written.
    pub(crate) counters: Counters,
    /// What tests make go wrong.
    pub(crate) faults: Faults,
}

impl Shared {
    /// Drops what the caches know of organizations whose transaction failed.
    pub(crate) fn forget(&self, orgs: &BTreeSet<OrgId>) {
        self.policies.forget(orgs.iter().copied());
        self.rows.forget(orgs.iter().copied());
    }

    fn new(parts: StoreParts) -> Result<(Arc<Self>, KeyCheck), CryptoError> {
        let shared = Self {
            sealer: Sealer::new(&parts.master_key)?,
            clock: parts.clock,
            policies: PolicyCache::default(),
            rows: RowCache::default(),
            counters: Counters::default(),
            faults: parts.faults,
        };
        Ok((Arc::new(shared), KeyCheck::of(&parts.master_key)?))
    }
}

impl Store {
    /// Opens the embedded file for writing, makes it where there is none, and brings an older schema up to date.
    ///
    /// # Errors
    ///
    /// Another process has it open, it is newer than this program, or it was written under another key.
    pub async fn open_sqlite(path: impl AsRef<Path>, parts: StoreParts) -> Result<Self, OpenError> {
        let (shared, check) = Shared::new(parts)?;
        let database = Arc::new(sqlite::Database::open(path.as_ref(), shared).await?);
        let store = Self { backend: Backend::Sqlite(Arc::clone(&database)) };
        store.initialise().await?;
        check.verify(&database.setting(KeyCheck::SETTING, check.to_bytes()).await?)?;
        Ok(store)
    }

    /// Opens the embedded file beside the process that writes it. Every write through this store fails.
    ///
    /// # Errors
    ///
    /// There is no file, its schema is another program's, or it was written under another key.
    pub async fn open_sqlite_beside(path: impl AsRef<Path>, parts: StoreParts) -> Result<Self, OpenError> {
        let (shared, check) = Shared::new(parts)?;
        let database = sqlite::Database::open_beside(path.as_ref(), shared).await?;
        check.verify(&database.known_setting(KeyCheck::SETTING).await?.unwrap_or_default())?;
        Ok(Self { backend: Backend::Sqlite(Arc::new(database)) })
    }

    /// Opens a copy of the embedded file that nobody writes. Nothing in it is changed.
    ///
    /// # Errors
    ///
    /// It is no such file, its schema is another program's, or it was written under another key.
    pub async fn open_sqlite_copy(path: impl AsRef<Path>, parts: StoreParts) -> Result<Self, OpenError> {
        let (shared, check) = Shared::new(parts)?;
        let database = sqlite::Database::open_copy(path.as_ref(), shared).await?;
        check.verify(&database.known_setting(KeyCheck::SETTING).await?.unwrap_or_default())?;
        Ok(Self { backend: Backend::Sqlite(Arc::new(database)) })
    }

    /// Connects to a PostgreSQL database whose schema is this program's.
    ///
    /// # Errors
    ///
    /// It cannot be reached, its schema is older or newer, or it was written under another key.
    pub async fn open_postgres(url: &str, parts: StoreParts) -> Result<Self, OpenError> {
        let (shared, check) = Shared::new(parts)?;
        let database = Arc::new(postgres::Database::open(url, shared).await?);
        let store = Self { backend: Backend::Postgres(Arc::clone(&database)) };
        store.initialise().await?;
        check.verify(&database.setting(KeyCheck::SETTING, check.to_bytes()).await?)?;
        Ok(store)
    }

    /// Commits and rows written by this store since it was opened.
    pub fn stats(&self) -> StoreStats {
        self.shared().counters.read()
    }

    /// Another node on the same data, for tests: with its own clock and caches, and, on the embedded file, with the same threads.
    ///
    /// # Errors
    ///
    /// As when a store is opened.
    #[doc(hidden)]
    pub async fn another_node(&self, parts: StoreParts) -> Result<Self, OpenError> {
        let (shared, _) = Shared::new(parts)?;
        let backend = match &self.backend {
            Backend::Sqlite(database) => Backend::Sqlite(Arc::new(database.another(shared))),
            Backend::Postgres(database) => Backend::Postgres(Arc::new(database.another(shared).await?)),
        };
        Ok(Self { backend })
    }

    /// The database behind.
    pub(crate) const fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Clock, keys and caches.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        match &self.backend {
            Backend::Sqlite(database) => &database.shared,
            Backend::Postgres(database) => &database.shared,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.backend {
            Backend::Sqlite(_) => "Store(SQLite)",
            Backend::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}
