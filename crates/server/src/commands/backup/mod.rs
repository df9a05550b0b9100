//! `upivia backup`: a copy of the embedded database beside whoever writes it, under its name only once it is known to be
//! sound. Deliberately absent: PostgreSQL, which has better tools of its own, and the master key, which must lie elsewhere.

mod inspect;
mod report;
mod unnamed;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::{report::Report, unnamed::Unnamed};
use crate::{
    cli::{BackupArgs, BackupCommand},
    config::Settings,
    data_dir::DataDir,
    output::say,
    storage,
};

/// Makes a copy, or looks at one.
pub async fn run(settings: &Settings, args: BackupArgs) -> Result<()> {
    match (args.command, args.to) {
        (Some(BackupCommand::Verify { file, json }), _) => verify(settings, &file, json).await,
        (None, Some(to)) => make(settings, to, args.json).await,
        (None, None) => bail!("say where the copy goes: upivia backup --to FILE"),
    }
}

async fn make(settings: &Settings, to: PathBuf, json: bool) -> Result<()> {
    if !settings.is_embedded() {
        bail!(
            "this is for the embedded database, and these settings name a PostgreSQL database: copy that with pg_dump, or \
             with pg_basebackup and archived logs, and run `upivia ledger verify` and `upivia audit verify` on what you restore"
        );
    }
    let copy = Unnamed::create(to)?;
    write(settings, &copy).await.context("the copy was not made")?;
    copy.sync()?;
    let report = inspect::inspect(settings, copy.path()).await.context("the copy is not sound and was removed")?;
    let file = copy.name_it()?;
    show(&report, &file, json, "copied to")?;
    if json { Ok(()) } else { say(&about_the_key(settings)) }
}

async fn verify(settings: &Settings, file: &Path, json: bool) -> Result<()> {
    let report = inspect::inspect(settings, file).await.with_context(|| format!("{} is not sound", file.display()))?;
    show(&report, file, json, "verified")
}

async fn write(settings: &Settings, copy: &Unnamed) -> Result<()> {
    let storage = storage::open_beside(settings).await?;
    let copied = storage.store.copy_to(copy.path()).await;
    storage.close().await;
    Ok(copied?)
}

fn show(report: &Report, file: &Path, json: bool, verb: &str) -> Result<()> {
    say(&if json { report.as_json(file) } else { format!("{verb} {}\n{}", file.display(), report.as_text()) })
}

fn about_the_key(settings: &Settings) -> String {
    let place = match &settings.master_key {
        Some(_) => "UPIVIA_MASTER_KEY".to_owned(),
        None => DataDir::at(&settings.data_dir).master_key().display().to_string(),
    };
    format!(
        "\nThe master key ({place}) is NOT in the copy. Keep it too, and elsewhere: without it the copy cannot be served, and \
         no token, payload or result in it can be read."
    )
}
