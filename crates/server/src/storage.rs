//! Opening the database that the settings name, with the master key that belongs to it.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use upivia_domain::{Secret, ports::TokenHasher};
use upivia_store::{
    OpenError, Store, StoreParts,
    crypto::{KeyedTokenHasher, MasterKey},
};

use crate::{
    config::{Hidden, Settings},
    data_dir::DataDir,
    machine::SystemClock,
};

/// So long the database may take to come to rest.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);

/// An open database.
pub struct Storage {
    /// Every persistence port.
    pub store: Arc<Store>,
    /// How its tokens are hashed.
    pub hasher: Arc<dyn TokenHasher>,
    /// What sessions are encrypted under where the operator names no secret.
    pub session_secret: Secret<String>,
}

impl Storage {
    /// Brings the database to rest. What was committed is safe without it; but the embedded file then has its log beside it.
    pub async fn close(&self) {
        if let Err(error) = self.store.close(CLOSE_WITHIN).await {
            tracing::warn!(%error, "the database was not closed in order; the next start brings its log into the file");
        }
    }
}

/// Opens for writing. The embedded database is made and migrated where needed; PostgreSQL is refused unless it fits.
///
/// # Errors
///
/// What keeps `wish` from being done, in words.
pub async fn open(settings: &Settings, wish: &str) -> Result<Storage> {
    let Some(url) = &settings.database_url else { return open_embedded(settings, wish).await };
    let key = postgres_key(settings)?;
    let store = Store::open_postgres(url.expose(), parts(&key)).await.context("the PostgreSQL database")?;
    storage(store, &key)
}

/// Opens for reading, beside whoever writes.
///
/// # Errors
///
/// There is nothing to read, or it cannot be read.
pub async fn open_beside(settings: &Settings) -> Result<Storage> {
    if !settings.is_embedded() {
        return open(settings, "read").await;
    }
    let dir = DataDir::existing(&settings.data_dir)?;
    let key = existing_key(settings, &dir, &dir.database())?;
    let store = Store::open_sqlite_beside(dir.database(), parts(&key)).await;
    storage(store.with_context(|| dir.database().display().to_string())?, &key)
}

/// Opens a copy of the embedded database for reading, wherever it is.
///
/// # Errors
///
/// It is none, it cannot be read, or the master key is another.
pub async fn open_copy(settings: &Settings, file: &Path) -> Result<Storage> {
    let key = existing_key(settings, &DataDir::at(&settings.data_dir), file)?;
    let store = Store::open_sqlite_copy(file, parts(&key)).await;
    storage(store.with_context(|| file.display().to_string())?, &key)
}

async fn open_embedded(settings: &Settings, wish: &str) -> Result<Storage> {
    let dir = DataDir::create(&settings.data_dir)?;
    // A new key beside an old database could read nothing in it.
    let key = match dir.database().exists() {
        true => existing_key(settings, &dir, &dir.database())?,
        false => match given(settings)? {
            Some(key) => key,
            None => MasterKey::load_or_create(&dir.master_key())?,
        },
    };
    let store = Store::open_sqlite(dir.database(), parts(&key)).await.map_err(|error| refused(error, &dir, wish))?;
    storage(store, &key)
}

fn refused(error: OpenError, dir: &DataDir, wish: &str) -> anyhow::Error {
    match error {
        OpenError::InUse => anyhow!(
            "another upivia is running on {}, and only one process may write to the embedded database: stop it to {wish}",
            dir.path().display()
        ),
        other => anyhow::Error::new(other).context(dir.database().display().to_string()),
    }
}

fn existing_key(settings: &Settings, dir: &DataDir, database: &Path) -> Result<MasterKey> {
    if let Some(key) = given(settings)? {
        return Ok(key);
    }
    let path = dir.master_key();
    ensure!(
        path.is_file(),
        "the master key of {} is missing: bring {} back, or set UPIVIA_MASTER_KEY to the key it was made with",
        database.display(),
        path.display()
    );
    Ok(MasterKey::load_or_create(&path)?)
}

fn postgres_key(settings: &Settings) -> Result<MasterKey> {
    match given(settings)? {
        Some(key) => Ok(key),
        None => bail!("UPIVIA_MASTER_KEY is required on PostgreSQL"),
    }
}

fn given(settings: &Settings) -> Result<Option<MasterKey>> {
    let parse = |key: &Hidden| MasterKey::from_base64(key.expose()).context("UPIVIA_MASTER_KEY");
    settings.master_key.as_ref().map(parse).transpose()
}

fn parts(key: &MasterKey) -> StoreParts {
    StoreParts::new(Arc::new(SystemClock), key.clone())
}

fn storage(store: Store, key: &MasterKey) -> Result<Storage> {
    let (hasher, session_secret) = (Arc::new(KeyedTokenHasher::new(key)?), key.session_secret()?);
    Ok(Storage { store: Arc::new(store), hasher, session_secret })
}
