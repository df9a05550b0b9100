//! Updates whose prepared statement is kept: diesel prepares its own anew on every call, because what they set may vary.

use diesel::{
    QueryResult, RunQueryDsl,
    query_builder::{AstPass, QueryFragment, QueryId},
    sqlite::Sqlite,
};

/// A row that knows its update.
pub(super) trait Update {
    /// The text, with `?` for the values of [`Update::bind`], in that order.
    const SQL: &'static str;

    /// Hands over the values.
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;
}

/// The update as diesel knows it: one type, one cached text.
pub(super) struct Prepared<R>(pub(super) R);

impl<R: Update + 'static> QueryId for Prepared<R> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R: Update> QueryFragment<Sqlite> for Prepared<R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(R::SQL);
        self.0.bind(&mut out)
    }
}

impl<Conn, R> RunQueryDsl<Conn> for Prepared<R> {}

/// Declares the update of a row: its text, and the fields that it takes, in that order.
macro_rules! update {
    ($row:ty = $sql:expr; $($($field:ident).+: $sql_type:ty),* $(,)?) => {
        impl Update for $row {
            const SQL: &'static str = $sql;

            fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                $(out.push_bind_param_value_only::<$sql_type, _>(&self.$($field).+)?;)*
                Ok(())
            }
        }
    };
}

pub(super) use update;
