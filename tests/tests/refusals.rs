//! Starts and commands that must be refused, each with the reason in words.

use std::time::Duration;

use anyhow::{Result, ensure};
use upivia_e2e::site::OTHER_MASTER_KEY;
use upivia_e2e::{Server, Site, Store, on_both_stores};

on_both_stores!(a_wrong_master_key_is_refused);

async fn a_wrong_master_key_is_refused(store: Store) -> Result<()> {
    let mut site = Site::new(store)?;
    site.bootstrap(0)?;
    site.serve().await?.stop().await?;
    site.set("UPIVIA_MASTER_KEY", OTHER_MASTER_KEY);
    serve_is_refused(&site, &["master key"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_data_directory_is_refused() -> Result<()> {
    let site = Site::new(Store::Sqlite)?;
    let first = site.serve().await?;
    serve_is_refused(&site, &["another", "in use", "already", "lock"]).await?;
    let health = first.api("")?.get("/healthz").await?;
    ensure!(health.code == 200, "the first process suffers: HTTP {}", health.code);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bootstrap_beside_a_server_is_refused() -> Result<()> {
    let site = Site::new(Store::Sqlite)?;
    let _server = site.serve().await?;
    let done = site.run(&["bootstrap", "--json", "--org", "late", "--email", "late@example.com"])?;
    ensure!(!done.status.success(), "bootstrap worked beside a server: {}", done.said());
    says(&done.said(), &["running", "another", "in use", "lock"])
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_without_a_master_key_is_refused() -> Result<()> {
    let mut site = Site::new(Store::Postgres)?;
    site.unset("UPIVIA_MASTER_KEY");
    serve_is_refused(&site, &["upivia_master_key"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_without_a_schema_is_refused() -> Result<()> {
    let mut site = Site::bare(Store::Postgres)?;
    site.set("UPIVIA_MASTER_KEY", upivia_e2e::site::MASTER_KEY);
    serve_is_refused(&site, &["migrate"]).await
}

/// `serve` ends by itself, not well, and says one of the words.
async fn serve_is_refused(site: &Site, words: &[&str]) -> Result<()> {
    let mut server = Server::spawn(site, &[])?;
    let status = server.ended(Duration::from_secs(20)).await?;
    ensure!(!status.success(), "it ended well: {}", server.log());
    says(&server.log(), words)
}

fn says(text: &str, words: &[&str]) -> Result<()> {
    let lower = text.to_lowercase();
    ensure!(words.iter().any(|word| lower.contains(word)), "none of {words:?} is in {text:?}");
    ensure!(!lower.contains("panicked"), "it panicked instead of refusing: {text}");
    Ok(())
}
