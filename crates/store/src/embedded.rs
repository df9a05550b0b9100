//! What can be done with the embedded file as a whole: copy it, check its pages, bring it to rest. PostgreSQL has its own
//! tools for the first two, and nothing to do for the third.

use std::{path::Path, time::Duration};

use upivia_domain::ports::StoreError;

use crate::{Store, connect::Backend};

impl Store {
    /// Copies what is committed in the embedded file into an empty one, while others write. The copy is complete by itself.
    ///
    /// # Errors
    ///
    /// The file cannot be written or is not empty, or this is a PostgreSQL database, which has tools of its own for that.
    pub async fn copy_to(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        match self.backend() {
            Backend::Sqlite(database) => database.copy_to(path.as_ref()).await,
            Backend::Postgres(_) => Err(StoreError::Internal("only the embedded database can be copied".to_owned())),
        }
    }

    /// Whether the embedded file is as SQLite wrote it, page by page. A PostgreSQL server answers for its files itself.
    ///
    /// # Errors
    ///
    /// The first damage that was found.
    pub async fn check_pages(&self) -> Result<(), StoreError> {
        match self.backend() {
            Backend::Sqlite(database) => database.check_pages().await,
            Backend::Postgres(_) => Ok(()),
        }
    }

    /// Ends the embedded database in order: what was asked for before is done, the log is brought into the file, and no
    /// connection stays open. Every later call fails. Nothing is lost without it, but files beside the database stay.
    ///
    /// # Errors
    ///
    /// It did not end in that time, or the log could not be emptied.
    pub async fn close(&self, within: Duration) -> Result<(), StoreError> {
        match self.backend() {
            Backend::Sqlite(database) => tokio::time::timeout(within, database.close())
                .await
                .unwrap_or_else(|_| Err(StoreError::Unavailable(format!("still in use after {within:?}")))),
            Backend::Postgres(_) => Ok(()),
        }
    }
}
