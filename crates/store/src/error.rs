//! From diesel's errors to the port's. A text here may name tables and constraints, never values of rows.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind as Kind, Error};
use upivia_domain::ports::StoreError;

/// What a failed statement means.
pub(crate) fn store_error(error: Error) -> StoreError {
    match error {
        Error::DatabaseError(kind, info) => of_database(&kind, &*info),
        other => StoreError::Internal(other.to_string()),
    }
}

/// A row that says something which the program cannot read.
pub(crate) fn unreadable(table: &'static str, column: &'static str, why: impl std::fmt::Display) -> StoreError {
    StoreError::Internal(format!("{table}.{column} cannot be read: {why}"))
}

/// The connection is gone: nobody knows what the server did with what was sent last.
pub(crate) const fn is_disconnect(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(Kind::UnableToSendCommand | Kind::ClosedConnection, _))
}

/// The database itself refused the rows: whatever was sent behind that statement in its transaction did not happen.
pub(crate) const fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(
            Kind::UniqueViolation
                | Kind::ForeignKeyViolation
                | Kind::NotNullViolation
                | Kind::CheckViolation
                | Kind::RestrictViolation
                | Kind::ExclusionViolation
                | Kind::SerializationFailure
                | Kind::ReadOnlyTransaction,
            _
        )
    )
}

fn of_database(kind: &Kind, info: &dyn DatabaseErrorInformation) -> StoreError {
    let text = || match info.constraint_name() {
        Some(constraint) => format!("{} ({constraint})", info.message()),
        None => info.message().to_owned(),
    };
    match kind {
        Kind::UniqueViolation
        | Kind::ForeignKeyViolation
        | Kind::NotNullViolation
        | Kind::CheckViolation
        | Kind::RestrictViolation
        | Kind::ExclusionViolation => StoreError::Constraint(text()),
        Kind::UnableToSendCommand | Kind::ClosedConnection | Kind::SerializationFailure | Kind::ReadOnlyTransaction => {
            StoreError::Unavailable(text())
        }
        _ => of_message(info.message()),
    }
}

// Neither database gives more than words for these through diesel; what is not recognised is a defect, which is never retried
// less carefully than an outage.
fn of_message(message: &str) -> StoreError {
    const LOCKED: [&str; 3] = ["lock timeout", "database is locked", "database table is locked"];
    const AWAY: [&str; 5] =
        ["terminating connection", "shutting down", "starting up", "statement timeout", "deadlock detected"];
    let says = |words: &&str| message.contains(*words);
    match message {
        _ if LOCKED.iter().any(&says) => StoreError::LockTimeout,
        _ if AWAY.iter().any(says) => StoreError::Unavailable(message.to_owned()),
        _ => StoreError::Internal(message.to_owned()),
    }
}
