//! A file that gets its name only when it is complete, and never takes the name of another.

use std::{
    fs::{self, File, OpenOptions},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};

/// An empty file beside the place where it will be; removed when dropped without a name.
pub(super) struct Unnamed {
    part: PathBuf,
    name: PathBuf,
}

impl Unnamed {
    /// Makes it, for its owner only.
    ///
    /// # Errors
    ///
    /// The name is taken, or nothing can be written there.
    pub(super) fn create(name: PathBuf) -> Result<Self> {
        let name = std::path::absolute(&name).with_context(|| name.display().to_string())?;
        let Some(file_name) = name.file_name().map(|file_name| file_name.to_string_lossy().into_owned()) else {
            bail!("{} is no name for a file", name.display());
        };
        if fs::symlink_metadata(&name).is_ok() {
            return Err(taken(&name));
        }
        let part = name.with_file_name(format!(".{file_name}.{}.part", std::process::id()));
        private_file(&part).with_context(|| part.display().to_string())?;
        Ok(Self { part, name })
    }

    /// Where it is until it gets its name.
    pub(super) fn path(&self) -> &Path {
        &self.part
    }

    /// Brings its content to the disk.
    pub(super) fn sync(&self) -> Result<()> {
        File::open(&self.part).and_then(|file| file.sync_all()).with_context(|| self.part.display().to_string())
    }

    /// Gives it its name, on the disk as well.
    ///
    /// # Errors
    ///
    /// Somebody took the name in between.
    pub(super) fn name_it(self) -> Result<PathBuf> {
        // A rename would replace what is there; a second name for the same file never does.
        match fs::hard_link(&self.part, &self.name) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(taken(&self.name)),
            // Some file systems know no second names.
            Err(_) => fs::rename(&self.part, &self.name).with_context(|| self.name.display().to_string())?,
        }
        let name = self.name.clone();
        // Removes the first name.
        drop(self);
        sync_folder(&name).with_context(|| name.display().to_string())?;
        Ok(name)
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part);
    }
}

fn taken(name: &Path) -> anyhow::Error {
    anyhow!("{} is there already, and a copy never replaces anything", name.display())
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("upivia-unnamed-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_gets_no_name_leaves_nothing() {
        let folder = folder("dropped");
        let unnamed = Unnamed::create(folder.join("copy")).unwrap();
        assert_eq!(names(&folder).len(), 1);
        drop(unnamed);
        assert_eq!(names(&folder), Vec::<String>::new());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_there_is_never_replaced() {
        let folder = folder("taken");
        let (early, late) = (Unnamed::create(folder.join("copy")).unwrap(), folder.join("copy"));
        fs::write(&late, "precious").unwrap();
        assert!(format!("{:#}", early.name_it().unwrap_err()).contains("already"));
        assert!(Unnamed::create(late.clone()).is_err());
        assert_eq!((fs::read_to_string(late).unwrap().as_str(), names(&folder).len()), ("precious", 1));
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_named_file_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("named");
        let name = Unnamed::create(folder.join("copy")).unwrap().name_it().unwrap();
        assert_eq!(fs::metadata(name).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(&folder), ["copy"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
