//! The directory of the embedded database: what is where in it. Its lock belongs to the store.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// A data directory.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Makes it where it is missing, for its owner only.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self> {
        make(path).with_context(|| format!("the data directory {}", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// One that need not be there.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// One that is there.
    ///
    /// # Errors
    ///
    /// It holds no database.
    pub fn existing(path: &Path) -> Result<Self> {
        let dir = Self::at(path);
        if !dir.database().is_file() {
            bail!(
                "there is no database at {}: start `upivia serve` once, or name the directory with --data-dir",
                dir.database().display()
            );
        }
        Ok(dir)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.0.join("upivia.db")
    }

    /// Where the generated master key is.
    pub fn master_key(&self) -> PathBuf {
        self.0.join("master.key")
    }
}

#[cfg(unix)]
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_new_directory_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("upivia-dir-{}", std::process::id()));
        DataDir::create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(DataDir::existing(&path).is_err());
        fs::remove_dir_all(path).unwrap();
    }
}
