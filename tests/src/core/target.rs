//! A store with organizations that can spend, and the lanes in front of it.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use upivia_application::{
    access::AgentCaller,
    bootstrap::{Bootstrap, NewOrganization},
    ledger::GroupCommit,
    verify::{verify_audit, verify_ledger},
};
use upivia_domain::{
    Mode, NanoUsd,
    ports::{CredentialQueries, LedgerScanner, LedgerStore, TokenHasher, UnitOfWork},
    time::Zone,
};
use upivia_store::{
    Store, StoreParts,
    crypto::{KeyedTokenHasher, MasterKey, SystemEntropy},
};
use upivia_store_memory::{MemoryStore, SequentialIds};

use super::machine::WallClock;
use crate::{dir::TempDir, postgres::Database};

/// What a load runs against.
pub struct Target {
    /// The lanes.
    pub ledger: Arc<GroupCommit>,
    /// One agent of each organization.
    pub callers: Vec<AgentCaller>,
    /// Ids of commands.
    pub ids: Arc<SequentialIds>,
    sql: Option<Store>,
    scanner: Arc<dyn LedgerScanner>,
    home: Home,
}

enum Home {
    Nowhere,
    Dir { _dir: TempDir },
    Database { database: Database },
}

impl Target {
    /// Opens a fresh store of that name with so many organizations of one agent each.
    ///
    /// # Errors
    ///
    /// The store could not be opened or filled.
    pub async fn open(name: &str, organizations: usize) -> Result<Self> {
        let clock = Arc::new(WallClock);
        let master_key = MasterKey::generate()?;
        let hasher = Arc::new(KeyedTokenHasher::new(&master_key)?);
        let parts = StoreParts::new(clock.clone(), master_key);
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        match name {
            "memory" => Self::fill(MemoryStore::new(clock), None, Home::Nowhere, ids, hasher, organizations).await,
            "sqlite" => {
                let dir = TempDir::new()?;
                let store = Store::open_sqlite(dir.path().join("bench.db"), parts).await?;
                Self::fill(Arc::new(store.clone()), Some(store), Home::Dir { _dir: dir }, ids, hasher, organizations)
                    .await
            }
            "postgres" => {
                let database = Database::new()?;
                upivia_store::migrate_postgres(&database.url).await?;
                let store = Store::open_postgres(&database.url, parts).await?;
                Self::fill(
                    Arc::new(store.clone()),
                    Some(store),
                    Home::Database { database },
                    ids,
                    hasher,
                    organizations,
                )
                .await
            }
            other => bail!("no store is called {other}"),
        }
    }

    async fn fill<S>(
        store: Arc<S>,
        sql: Option<Store>,
        home: Home,
        ids: Arc<SequentialIds>,
        hasher: Arc<dyn TokenHasher>,
        organizations: usize,
    ) -> Result<Self>
    where
        S: LedgerStore + UnitOfWork + CredentialQueries + LedgerScanner + 'static,
    {
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), Arc::new(SystemEntropy), hasher.clone());
        let mut callers = Vec::with_capacity(organizations);
        for n in 0..organizations {
            let new = NewOrganization {
                name: format!("Bench {n}").parse()?,
                email: format!("owner{n}@example.com").parse()?,
                fund: NanoUsd::from_cents(100_000_000)?,
                zone: Zone::UTC,
            };
            let org = bootstrap.create(new).await?;
            let key =
                store.credential(&hasher.hash(org.agent_key_live.expose())).await?.context("the key is stored")?;
            callers.push(AgentCaller { org: org.org_id, agent: org.agent_id, credential: key.id, mode: Mode::Live });
        }
        Ok(Self { ledger: GroupCommit::start(store.clone()), callers, ids, sql, scanner: store, home })
    }

    /// Commits and rows written so far; nothing is counted in memory.
    pub fn written(&self) -> (u64, u64) {
        let stats = self.sql.as_ref().map(Store::stats).unwrap_or_default();
        (stats.commits, stats.rows_written)
    }

    /// The database behind, where it is PostgreSQL.
    pub fn database_url(&self) -> Option<&str> {
        match &self.home {
            Home::Database { database } => Some(&database.url),
            Home::Nowhere | Home::Dir { .. } => None,
        }
    }

    /// Recomputes everything: a fast wrong ledger is worth nothing.
    ///
    /// # Errors
    ///
    /// Names the first broken row.
    pub async fn verify(&self) -> Result<()> {
        verify_ledger(&*self.scanner).await?;
        verify_audit(&*self.scanner).await?;
        Ok(())
    }
}
