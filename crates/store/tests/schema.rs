//! The two trees of migrations arrive at one schema, and `schema.rs` describes it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use diesel::{Connection, QueryableByName, SqliteConnection, sql_types::Text};

use support::raw::{Place, Raw};

/// Columns of every table in their order: name, type, `NULL` or `NOT NULL`.
type Tables = BTreeMap<String, Vec<String>>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_as_described() {
    let raw = Raw::sqlite().await;
    let Place::File(file) = &raw.place else { panic!("not a file") };
    let mut conn = SqliteConnection::establish(file.path().to_str().unwrap()).unwrap();
    // A primary key is never NULL in these tables, but SQLite says so only where it is declared.
    let sql = "SELECT t.name || ' ' || c.name || ' ' || c.type || ' ' || iif(c.\"notnull\" OR c.pk, 'NOT NULL', 'NULL') AS line \
               FROM sqlite_schema t, pragma_table_info(t.name) c \
               WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid";
    let lines: Vec<Line> = diesel::RunQueryDsl::load(diesel::sql_query(sql), &mut conn).unwrap();
    assert_eq!(tables(&lines), described());
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_as_described() {
    let raw = Raw::postgres().await;
    let Place::Server(database) = &raw.place else { panic!("not a server") };
    let sql = "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' \
               || CASE is_nullable WHEN 'YES' THEN 'NULL' ELSE 'NOT NULL' END AS line FROM information_schema.columns \
               WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY table_name, ordinal_position";
    let mut conn = database.connect().await;
    let lines: Vec<Line> = diesel_async::RunQueryDsl::load(diesel::sql_query(sql), &mut conn).await.unwrap();
    assert_eq!(tables(&lines), described());
}

#[test]
fn both_trees_have_the_same_migrations() {
    assert_eq!(tree("sqlite"), tree("postgres"));
}

fn tree(name: &str) -> BTreeSet<String> {
    let path = format!("{}/../../migrations/{name}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(path).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn tables(lines: &[Line]) -> Tables {
    let mut tables = Tables::new();
    for line in lines {
        let (table, column) = line.line.split_once(' ').unwrap();
        tables.entry(table.to_owned()).or_default().push(one_name_per_type(column));
    }
    tables
}

fn one_name_per_type(column: &str) -> String {
    column.to_uppercase().replace("BYTEA", "BLOB")
}

/// What `schema.rs` says, read from its text: it is regular enough.
fn described() -> Tables {
    let mut tables = Tables::new();
    let mut table = String::new();
    for line in include_str!("../src/schema.rs").lines().map(str::trim) {
        match line.split_once("->") {
            Some((column, sql_type)) => {
                let column = format!("{} {}", column.trim(), sql(sql_type.trim().trim_end_matches(',')));
                tables.entry(table.clone()).or_default().push(column.to_uppercase());
            }
            None if line.ends_with('{') && line.contains('(') => line.split(' ').next().unwrap().clone_into(&mut table),
            None => {}
        }
    }
    tables
}

fn sql(diesel: &str) -> String {
    match diesel.strip_prefix("Nullable<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => format!("{} NULL", plain(inner)),
        None => format!("{} NOT NULL", plain(diesel)),
    }
}

fn plain(diesel: &str) -> &str {
    match diesel {
        "Binary" => "BLOB",
        "Bool" => "BOOLEAN",
        other => other,
    }
}
