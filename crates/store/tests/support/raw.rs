//! SQL beside the store, on either database.

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::BigInt};
use diesel_async::SimpleAsyncConnection;
use upivia_store::Store;

use super::{TestParts, postgres::TestDatabase, sqlite::TestFile, tenant};

/// A store, and the database behind it.
pub struct Raw {
    pub store: Store,
    pub parts: TestParts,
    pub place: Place,
}

/// Where the rows are.
pub enum Place {
    File(TestFile),
    Server(TestDatabase),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Raw {
    pub async fn sqlite() -> Self {
        let (file, parts) = (TestFile::new(), TestParts::new());
        let store = Store::open_sqlite(file.path(), parts.with(tenant::clock())).await.unwrap();
        Self { store, parts, place: Place::File(file) }
    }

    pub async fn postgres() -> Self {
        let (database, parts) = (TestDatabase::new().await, TestParts::new());
        let store = Store::open_postgres(database.url(), parts.with(tenant::clock())).await.unwrap();
        Self { store, parts, place: Place::Server(database) }
    }

    /// Runs statements; the database's complaint is the error.
    pub async fn execute(&self, sql: &str) -> Result<(), String> {
        match &self.place {
            Place::File(file) => file.connect().batch_execute(sql).map_err(|error| error.to_string()),
            Place::Server(database) => {
                database.connect().await.batch_execute(sql).await.map_err(|error| error.to_string())
            }
        }
    }

    /// The `number` that a query gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        let row: Number = match &self.place {
            Place::File(file) => query.get_result(&mut file.connect()).unwrap(),
            Place::Server(database) => {
                diesel_async::RunQueryDsl::get_result(query, &mut database.connect().await).await.unwrap()
            }
        };
        row.number
    }
}

/// What tests of failures compare: the last event, and everything that the meters say.
impl Raw {
    pub async fn state(&self, tenant: &tenant::Tenant) -> [i64; 4] {
        let org = tenant.org;
        [
            self.number(&format!("SELECT seq AS number FROM org_heads WHERE org_id = '{org}'")).await,
            self.number(&format!("SELECT count(*) AS number FROM journal WHERE org_id = '{org}'")).await,
            self.number(&format!(
                "SELECT count(*) AS number FROM requests WHERE org_id = '{org}' AND ended_at IS NULL"
            ))
            .await,
            self.number(&format!("SELECT {} AS number FROM meters WHERE org_id = '{org}'", self.sum())).await,
        ]
    }

    /// The bytes of a column as upper-case hexadecimal.
    pub fn hex(&self, column: &str) -> String {
        match self.place {
            Place::File(_) => format!("hex({column})"),
            Place::Server(_) => format!("upper(encode({column}, 'hex'))"),
        }
    }

    /// Lets a table overlook every update.
    pub fn ignoring_updates(&self, table: &str) -> String {
        match self.place {
            Place::File(_) => format!("CREATE TRIGGER deaf BEFORE UPDATE ON {table} BEGIN SELECT RAISE(IGNORE); END;"),
            Place::Server(_) => format!(
                "CREATE FUNCTION deaf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                 CREATE TRIGGER deaf BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION deaf();"
            ),
        }
    }

    /// Undoes it.
    pub fn updating_again(&self, table: &str) -> String {
        match self.place {
            Place::File(_) => "DROP TRIGGER deaf;".to_owned(),
            Place::Server(_) => format!("DROP TRIGGER deaf ON {table}; DROP FUNCTION deaf;"),
        }
    }

    const fn sum(&self) -> &'static str {
        match self.place {
            Place::File(_) => "coalesce(sum(posted + 3 * held + 7 * count), 0)",
            Place::Server(_) => "coalesce(sum(posted + 3 * held + 7 * count), 0)::bigint",
        }
    }
}
