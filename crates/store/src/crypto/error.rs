//! How secrets fail. No text here repeats a secret.

use std::path::PathBuf;

use upivia_domain::{OrgId, ports::StoreError};

/// Something about keys or sealed text is wrong.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// The text is no master key.
    #[error("the master key must be 32 bytes in base64 (44 characters), for example from: openssl rand -base64 32")]
    MalformedMasterKey,
    /// The file holds no master key.
    #[error("{path} holds no master key: expected 32 bytes in base64. If it is empty, its creation was cut off: remove it", path = path.display())]
    MalformedKeyFile {
        /// Which file.
        path: PathBuf,
    },
    /// The file could not be read or written.
    #[error("the master key file {path}: {cause}", path = path.display())]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The store was written under another master key.
    #[error("the store was written under another master key: start with the key it was created with")]
    WrongMasterKey,
    /// A row was written by a newer program.
    #[error("version {0} of keys or sealed text is not known to this program")]
    UnknownVersion(u8),
    /// Sealed bytes are cut, changed, or stand where they do not belong.
    #[error("{what} of {org} cannot be opened: it was changed, moved, or sealed under another key")]
    Unopenable {
        /// Whose.
        org: OrgId,
        /// Which column.
        what: &'static str,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoEntropy,
}

impl From<CryptoError> for StoreError {
    fn from(error: CryptoError) -> Self {
        Self::Internal(error.to_string())
    }
}
