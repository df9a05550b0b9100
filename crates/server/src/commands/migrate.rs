//! `upivia migrate`: the schema of this program. On PostgreSQL nothing else changes it.

use anyhow::{Context, Result};

use crate::{config::Settings, output::say, storage};

/// Migrates and says what was done.
pub async fn run(settings: &Settings) -> Result<()> {
    let Some(url) = &settings.database_url else {
        storage::open(settings, "migrate it").await?.close().await;
        return say("the embedded database is up to date");
    };
    let applied = upivia_store::migrate_postgres(url.expose()).await.context("the PostgreSQL database")?;
    match applied.as_slice() {
        [] => say("the PostgreSQL database was up to date"),
        versions => say(&format!("applied to the PostgreSQL database: {}", versions.join(", "))),
    }
}
