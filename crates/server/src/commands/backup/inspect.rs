//! Whether a copy is sound: its pages, every figure, every chain. It is opened read-only.

use std::{fs::File, io::Read, path::Path};

use anyhow::{Context, Result};
use ring::digest;
use upivia_application::verify::{verify_audit, verify_ledger};
use upivia_domain::ports::LedgerScanner;

use super::report::Report;
use crate::{config::Settings, storage, storage::Storage};

const CHUNK: usize = 1 << 20;

/// Looks at all of a copy.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub(super) async fn inspect(settings: &Settings, file: &Path) -> Result<Report> {
    let (bytes, sha256) = digest_of(file).with_context(|| file.display().to_string())?;
    let storage = storage::open_copy(settings, file).await?;
    let report = read(&storage, bytes, sha256).await;
    storage.close().await;
    report
}

async fn read(storage: &Storage, bytes: u64, sha256: String) -> Result<Report> {
    let store = &*storage.store;
    store.check_pages().await?;
    let ledger = verify_ledger(store).await?;
    let audit = verify_audit(store).await?;
    let heads = store.scan().await?.heads().await?;
    let sequences = heads.into_iter().map(|head| (head.org.to_string(), head.seq)).collect();
    Ok(Report { bytes, sha256, sequences, ledger, audit })
}

fn digest_of(file: &Path) -> std::io::Result<(u64, String)> {
    let (mut file, mut chunk) = (File::open(file)?, vec![0; CHUNK]);
    let (mut bytes, mut context) = (0, digest::Context::new(&digest::SHA256));
    loop {
        let read = file.read(&mut chunk)?;
        let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else { break };
        bytes += u64::try_from(read).unwrap_or(u64::MAX);
        context.update(part);
    }
    Ok((bytes, context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_one_that_sha256sum_prints() {
        let path = std::env::temp_dir().join(format!("upivia-digest-{}", std::process::id()));
        std::fs::write(&path, "abc").unwrap();
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_of(&path).unwrap(), (3, known.to_owned()));
        std::fs::remove_file(path).unwrap();
    }
}
