//! Copies of the embedded database: made under load, restored, and refused where they are not what they should be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use upivia_e2e::binary::Finished;
use upivia_e2e::money::CENT;
use upivia_e2e::site::OTHER_MASTER_KEY;
use upivia_e2e::{Api, Book, Bootstrap, Fake, Site, Store, book, judge, load, paid};

const FUND_CENTS: u32 = 20_000;
const BEFORE: usize = 40;
/// Requests of a copy that is damaged.
const EXECUTED: usize = 5;

/// A site whose live money can be spent, without the master key that other tests bring: the key is a file here.
fn site(fake: &Fake) -> Result<(Site, Bootstrap)> {
    let mut site = Site::new(Store::Sqlite)?;
    site.unset("UPIVIA_MASTER_KEY");
    site.set_provider(&fake.url);
    let org = site.bootstrap(FUND_CENTS.into())?;
    Ok((site, org))
}

async fn pay_some(api: &Api, name: &str, count: usize) -> Result<Vec<book::Entry>> {
    let mut sent = Vec::new();
    for turn in 0..count {
        let (key, body) = (format!("{name}-{turn}"), paid::text(&format!("Say {turn}."), 32));
        let reply = api.pay(&key, &body).await?;
        ensure!(reply.status() == "executed", "{name}-{turn}: {}", reply.body);
        sent.push(book::Entry::new(key, body, Some(reply)));
    }
    Ok(sent)
}

/// What lies in a directory, sorted.
fn names(dir: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(dir).with_context(|| dir.display().to_string())?;
    let mut names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}

/// A directory for a second life: the copy under the database's name, the key beside it.
fn restore(site: &Site, copy: &Path) -> Result<()> {
    let dir = site.path().join("restored");
    fs::create_dir(&dir)?;
    fs::copy(copy, dir.join("upivia.db")).context("the copy")?;
    fs::copy(site.path().join("data/master.key"), dir.join("master.key")).context("the key")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_under_load_is_restored_and_serves_on() -> Result<()> {
    let fake = Fake::start()?;
    let (mut site, org) = site(&fake)?;
    let mut server = site.serve().await?;
    let api = server.api(&org.agent_key_live)?;
    let mut book = Book::default();
    book.add(pay_some(&api, "before", BEFORE).await?);

    let loading = tokio::spawn(async move { load::run(&api).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let done = site.run(&["backup", "--to", "copies.db", "--json"])?.ok("upivia backup")?;
    ensure!(!loading.is_finished(), "the load ended before the copy was made: it proves nothing");
    let report: Value = serde_json::from_str(&done.stdout).with_context(|| done.said())?;
    server.stop().await?;
    loading.await??;

    let copy = site.path().join("copies.db");
    is_as_reported(&copy, &report, &org)?;
    restore(&site, &copy)?;
    site.set("UPIVIA_DATA_DIR", "restored");
    site.verify().context("the restored copy, before it is served")?;
    let mut server = site.serve().await?;
    let api = server.api(&org.agent_key_live)?;
    let states = book.look(&api).await.context("what was acknowledged before the copy was begun")?;
    ensure!(states.len() == BEFORE, "{} of {BEFORE} requests are there", states.len());
    judge::promises_are_kept(&book, &states)?;
    book.add(pay_some(&api, "after", 5).await?);
    judge::promises_are_kept(&book, &book.look(&api).await?)?;
    // What the load had spent when the copy was made is in it; no more than was ever given can be.
    let balance = server.api(&org.pat)?.get("/balance?mode=live").await?.ok()?;
    let posted = upivia_e2e::money::nanos(&balance, "posted")?;
    ensure!((1..i64::from(FUND_CENTS) * CENT).contains(&posted), "{balance}");
    server.stop().await?;
    site.verify().context("the restored copy, after it was served")
}

fn is_as_reported(copy: &Path, report: &Value, org: &Bootstrap) -> Result<()> {
    let meta = fs::metadata(copy).context("the copy")?;
    ensure!(meta.permissions().mode() & 0o777 == 0o600, "mode {:o}", meta.permissions().mode() & 0o777);
    ensure!(report["bytes"].as_u64() == Some(meta.len()), "{report}");
    ensure!(report["sha256"].as_str().is_some_and(|hex| hex.len() == 64), "{report}");
    ensure!(report["contains_master_key"] == false, "{report}");
    ensure!(report["ledger"]["requests"].as_u64().is_some_and(|count| count >= BEFORE as u64), "{report}");
    ensure!(report["audit"]["events"] == report["ledger"]["events"], "{report}");
    let reached = report["sequences"][&org.org_id].as_i64().context("no sequence of the organization")?;
    ensure!(reached >= BEFORE as i64, "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_stop_leaves_the_file_its_key_and_its_lock() -> Result<()> {
    let fake = Fake::start()?;
    let (site, org) = site(&fake)?;
    let clean = ["master.key", "upivia.db", "upivia.db.lock"];
    let data = site.path().join("data");
    ensure!(names(&data)? == clean, "after bootstrap: {:?}", names(&data)?);
    let mut server = site.serve().await?;
    pay_some(&server.api(&org.agent_key_live)?, "used", 3).await?;
    ensure!(names(&data)?.contains(&"upivia.db-wal".to_owned()), "while it runs: {:?}", names(&data)?);
    let status = server.stop().await?;
    ensure!(status.success() && names(&data)? == clean, "{status}, {:?}: {}", names(&data)?, server.log());
    site.verify()?;
    ensure!(names(&data)? == clean, "after verifying: {:?}", names(&data)?);
    site.run(&["backup", "--to", "copy.db"])?.ok("upivia backup without a server")?;
    ensure!(names(&data)? == clean, "after a copy: {:?}", names(&data)?);
    Ok(())
}

/// A stopped site with a few requests, and a copy of it.
async fn copied() -> Result<(Site, PathBuf)> {
    let fake = Fake::start()?;
    let (site, org) = site(&fake)?;
    let mut server = site.serve().await?;
    pay_some(&server.api(&org.agent_key_live)?, "some", EXECUTED).await?;
    server.stop().await?;
    let done = site.run(&["backup", "--to", "copy.db"])?.ok("upivia backup")?;
    ensure!(done.stdout.contains("master key") && done.stdout.contains("NOT in the copy"), "{}", done.said());
    let copy = site.path().join("copy.db");
    let seen = site.run(&["backup", "verify", "copy.db"])?.ok("upivia backup verify")?;
    ensure!(seen.stdout.contains("the ledger is sound"), "{}", seen.said());
    Ok((site, copy))
}

fn refused(done: &Finished, words: &[&str]) -> Result<()> {
    ensure!(!done.status.success(), "it ended well: {}", done.said());
    let said = done.said().to_lowercase();
    ensure!(words.iter().any(|word| said.contains(word)), "none of {words:?} in {said:?}");
    ensure!(!said.contains("panicked"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_byte_in_the_journal_is_found() -> Result<()> {
    let (site, copy) = copied().await?;
    let mut bytes = fs::read(&copy)?;
    // In quotes the kind of an event stands only in the canonical text that its hash covers, and in what is left of moved
    // rows where nothing is stored now.
    let kind = b"\"request.executed\"";
    let places: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place..].starts_with(kind)).collect();
    let mut found = 0;
    for place in places {
        bytes[place + 2] ^= 1;
        fs::write(&copy, &bytes)?;
        let done = site.run(&["backup", "verify", "copy.db"])?;
        bytes[place + 2] ^= 1;
        if !done.status.success() {
            refused(&done, &["hash", "chain"])?;
            found += 1;
        }
    }
    ensure!(found == EXECUTED, "the verifiers noticed {found} of {EXECUTED} events that were changed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_page_is_found() -> Result<()> {
    let (site, copy) = copied().await?;
    let mut bytes = fs::read(&copy)?;
    let half = bytes.len() / 2 / 8192 * 8192;
    bytes[half..half + 4096].fill(0);
    fs::write(&copy, &bytes)?;
    refused(&site.run(&["backup", "verify", "copy.db"])?, &["damaged", "malformed", "sound", "disk image"])
}

#[tokio::test(flavor = "multi_thread")]
async fn another_master_key_is_refused() -> Result<()> {
    let (mut site, _) = copied().await?;
    site.set("UPIVIA_MASTER_KEY", OTHER_MASTER_KEY);
    refused(&site.run(&["backup", "verify", "copy.db"])?, &["master key"])?;
    refused(&site.run(&["backup", "--to", "other.db"])?, &["master key"])?;
    ensure!(!names(site.path())?.iter().any(|name| name.contains("other")), "{:?}", names(site.path())?);
    site.unset("UPIVIA_MASTER_KEY");
    fs::remove_file(site.path().join("data/master.key"))?;
    refused(&site.run(&["backup", "verify", "copy.db"])?, &["master key"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_never_replaces_what_is_there() -> Result<()> {
    let (site, copy) = copied().await?;
    let before = fs::read(&copy)?;
    refused(&site.run(&["backup", "--to", "copy.db"])?, &["already"])?;
    refused(&site.run(&["backup", "--to", "data/upivia.db"])?, &["already"])?;
    refused(&site.run(&["backup", "--to", "nowhere/copy.db"])?, &["nowhere"])?;
    refused(&site.run(&["backup", "verify", "nothing.db"])?, &["nothing.db"])?;
    refused(&site.run(&["backup", "verify", "data/master.key"])?, &["not a copy"])?;
    ensure!(fs::read(&copy)? == before, "the copy was changed");
    ensure!(!names(site.path())?.iter().any(|name| name.contains(".part")), "{:?}", names(site.path())?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_it_names_the_tools_for_that() -> Result<()> {
    let site = Site::new(Store::Postgres)?;
    refused(&site.run(&["backup", "--to", "copy.db"])?, &["pg_dump"])?;
    ensure!(!site.path().join("copy.db").exists(), "a copy was made");
    Ok(())
}
