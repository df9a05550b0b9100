//! Copies of the file: how one is made beside the writer, and how one is opened without touching it. What a copy is worth,
//! only the verifiers know.

use std::{
    fs::File,
    io::Read,
    path::{self, Path, PathBuf},
};

use diesel::{QueryableByName, sql_query, sql_types::Text};
use diesel_async::RunQueryDsl;
use upivia_domain::ports::StoreError;

use super::Conn;
use crate::error::store_error;

/// How every file of SQLite begins.
const MAGIC: [u8; 16] = *b"SQLite format 3\0";

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Where a copy goes, as SQLite wants it: absolute, so that no name is taken for a URI.
pub(super) fn target(to: &Path) -> Result<String, StoreError> {
    let absolute = path::absolute(to).map_err(|error| named(to, &error))?;
    absolute.to_str().map(str::to_owned).ok_or_else(|| named(to, &"the path is not Unicode"))
}

/// One statement, so one committed state. It holds a read transaction: writers go on, and their log grows meanwhile.
pub(super) async fn into(conn: &mut Conn, to: String) -> Result<(), StoreError> {
    sql_query("VACUUM INTO ?").bind::<Text, _>(to).execute(conn).await.map(drop).map_err(store_error)
}

/// The first thing that is wrong with the pages, if anything is.
pub(super) async fn check_pages(conn: &mut Conn) -> Result<(), StoreError> {
    let asked = sql_query("PRAGMA integrity_check(1)").load(conn).await;
    let findings: Vec<Finding> = asked.map_err(store_error)?;
    match findings.into_iter().find(|finding| finding.integrity_check != "ok") {
        Some(finding) => Err(StoreError::Internal(format!("the file is damaged: {}", finding.integrity_check))),
        None => Ok(()),
    }
}

/// An empty file would be made a database by asking it for its schema.
pub(super) fn looks_like_one(path: &Path) -> Result<(), StoreError> {
    let mut magic = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).map_err(|error| named(path, &error))?;
    if magic == MAGIC { Ok(()) } else { Err(named(path, &"not a copy of the embedded database")) }
}

/// The path as a URI that forbids writing.
pub(super) fn read_only(path: &Path) -> Result<PathBuf, StoreError> {
    let escaped = target(path)?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok(PathBuf::from(format!("file:{escaped}?mode=ro")))
}

fn named(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{}: {why}", path.display()))
}
