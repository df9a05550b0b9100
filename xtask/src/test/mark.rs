//! The proof that tests ran on PostgreSQL: each such test appends a line to a file.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// An empty file for this run, removed with the value.
pub struct Mark {
    path: PathBuf,
}

impl Mark {
    pub fn create(folder: &Path) -> Result<Self> {
        let mark = Self { path: folder.join(format!("postgres-{}.mark", std::process::id())) };
        fs::write(&mark.path, "").with_context(|| format!("cannot make {}", mark.path.display()))?;
        Ok(mark)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn lines(&self) -> Result<usize> {
        let text = fs::read_to_string(&self.path).with_context(|| format!("cannot read {}", self.path.display()))?;
        Ok(text.lines().count())
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            eprintln!("cannot remove {}: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_the_file_goes_with_the_value() -> Result<()> {
        let mark = Mark::create(&std::env::temp_dir())?;
        let path = mark.path().to_owned();
        assert_eq!(mark.lines()?, 0);
        fs::write(&path, "one\ntwo\n")?;
        assert_eq!(mark.lines()?, 2);
        drop(mark);
        assert!(!path.exists());
        Ok(())
    }
}
