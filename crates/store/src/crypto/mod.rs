//! Secrets at rest: one master key, from which everything else is derived or under which it is wrapped.
//!
//! [`MasterKey`] → (HKDF, one label per use) → the pepper of [`KeyedTokenHasher`], the check value that recognises a wrong
//! key, and the wrapping key of [`Sealer`], which wraps one random [`DataKey`] per organization. No key is ever printed.
//! Deliberately absent: SQL. The rows that hold wrapped keys and the check value belong to other modules.

mod base64;
mod entropy;
mod envelope;
mod error;
mod key_cache;
mod key_check;
mod key_file;
mod master_key;
mod sealer;
mod tokens;

pub use entropy::SystemEntropy;
pub use envelope::{DataKey, Place};
pub use error::CryptoError;
pub use key_check::KeyCheck;
pub use master_key::MasterKey;
pub use sealer::{Sealer, WrappedKey};
pub use tokens::KeyedTokenHasher;
