//! The master key as a file beside the embedded database.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
};

use super::{CryptoError, MasterKey};

impl MasterKey {
    /// Reads the file, or makes it with a new key that only its owner can read.
    ///
    /// An existing file is never written: of two processes that start together one makes the key, the other reads it or
    /// fails. The new key is on the disk before it is used.
    ///
    /// # Errors
    ///
    /// The file cannot be read or made, or holds something else.
    pub fn load_or_create(path: &Path) -> Result<Self, CryptoError> {
        match read(path)? {
            Some(text) => Self::from_base64(&text).map_err(|_| CryptoError::MalformedKeyFile { path: path.to_owned() }),
            None => create(path),
        }
    }
}

fn read(path: &Path) -> Result<Option<String>, CryptoError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            warn_if_others_can_read(path);
            Ok(Some(text))
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) if cause.kind() == ErrorKind::InvalidData => {
            Err(CryptoError::MalformedKeyFile { path: path.to_owned() })
        }
        Err(cause) => Err(CryptoError::KeyFile { path: path.to_owned(), cause }),
    }
}

fn create(path: &Path) -> Result<MasterKey, CryptoError> {
    let key = MasterKey::generate()?;
    let written = private_file(path).and_then(|mut file| {
        writeln!(file, "{}", key.to_base64().expose())?;
        file.sync_all()?;
        sync_folder(path)
    });
    written.map(|()| key).map_err(|cause| CryptoError::KeyFile { path: path.to_owned(), cause })
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

// A file whose name is not on the disk yet is lost with the power, and all sealed text with it.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) && !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others can read the master key file; chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_others_can_read(_path: &Path) {}
