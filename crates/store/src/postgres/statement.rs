//! SQL written by hand whose prepared statement is kept: diesel's own `sql_query` is parsed anew on every call.

use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
};

/// A statement with a fixed text.
pub(super) trait Statement: Send {
    /// The text, with `$1`, `$2` … for the values of [`Statement::bind`], in that order.
    const SQL: &'static str;
    /// The SQL types of the rows that come back.
    type Rows;

    /// Hands over the values.
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// The statement as diesel knows it: one type, one cached text.
pub(super) struct Prepared<S>(pub(super) S);

impl<S: Statement + 'static> QueryId for Prepared<S> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<S: Statement> Query for Prepared<S> {
    type SqlType = S::Rows;
}

impl<S: Statement> QueryFragment<Pg> for Prepared<S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(S::SQL);
        self.0.bind(&mut out)
    }
}

/// Declares a statement whose values are columns: one array for each, all of the same length. With `from`, the columns are
/// filled with the fields of that name from rows, or from a part of them (`in`), and no rows come back.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident -> $rows:ty = $sql:expr; { $($column:ident: $sql_type:ty = $rust:ty,)* }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name {
            $(pub(super) $column: Vec<$rust>,)*
        }

        impl Statement for $name {
            const SQL: &'static str = $sql;
            type Rows = $rows;

            fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                $(out.push_bind_param_value_only::<Array<$sql_type>, _>(&self.$column)?;)*
                Ok(())
            }
        }
    };
    ($(#[$doc:meta])* $name:ident from $row:ty = $sql:expr; { $($column:ident $(in $part:ident)?: $sql_type:ty = $rust:ty,)* }) => {
        columns! { $(#[$doc])* $name -> Untyped = $sql; { $($column: $sql_type = $rust,)* } }

        impl From<Vec<$row>> for $name {
            fn from(rows: Vec<$row>) -> Self {
                let mut columns = Self::default();
                for row in rows {
                    $(columns.$column.push(row$(.$part)?.$column);)*
                }
                columns
            }
        }
    };
}

/// Declares a statement without values or rows.
macro_rules! plain {
    ($(#[$doc:meta])* $name:ident = $sql:expr) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl Statement for $name {
            const SQL: &'static str = $sql;
            type Rows = Untyped;

            fn bind<'b>(&'b self, _out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                Ok(())
            }
        }
    };
}

pub(super) use {columns, plain};
