//! A directory of its own for a test, removed afterwards unless `UPIVIA_TEST_KEEP` is set.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

/// A fresh empty directory.
#[derive(Debug)]
pub struct TempDir {
    path: PathBuf,
}

impl TempDir {
    /// Makes one; its name starts with `upivia-e2e`.
    pub fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("upivia-e2e-{}", unique()));
        std::fs::create_dir(&path).with_context(|| format!("create {}", path.display()))?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        if std::env::var_os("UPIVIA_TEST_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// A name that no other test, thread or earlier run uses: process id, counter, random digits.
#[must_use]
pub fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // The clock is not used for names: it belongs to the system under test.
    let random = RandomState::new().build_hasher().finish();
    format!("{}_{count}_{random:08x}", std::process::id())
}
