//! What went wrong with a database, before the reader says where.

use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// An error of one of the drivers.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DriverError {
    /// sqlx, with the server's message if it is the server's.
    #[error("{}", sqlx_message(.0))]
    Sqlx(#[from] sqlx::Error),
    /// SQLite, of a statement.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The other side was silent for too long.
    #[error("no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// A thread of ours ended before it was done.
    #[error("the reading thread ended unexpectedly")]
    ThreadEnded,
    /// The server sent something its own catalog does not explain.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
}

impl DriverError {
    /// Whether the server refused user or password.
    pub(crate) fn is_login(&self) -> bool {
        let Self::Sqlx(sqlx::Error::Database(error)) = self else { return false };
        if let Some(mysql) = error.try_downcast_ref::<MySqlDatabaseError>() {
            return matches!(mysql.number(), 1044 | 1045 | 1698 | 1862 | 3118 | 4151);
        }
        error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| error.code().starts_with("28"))
    }

    /// Whether the server refused the statement for want of a privilege.
    pub(crate) fn is_denied(&self) -> bool {
        match self {
            // MySQL: access denied (1044, 1045, 1142, 1227); PostgreSQL: insufficient privilege.
            Self::Sqlx(sqlx::Error::Database(error)) => {
                error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| error.code() == "42501")
                    || error
                        .try_downcast_ref::<MySqlDatabaseError>()
                        .is_some_and(|error| matches!(error.number(), 1044 | 1045 | 1142 | 1143 | 1227))
            }
            _ => false,
        }
    }
}

/// sqlx's texts without their prefixes, so that the server's own words come first.
fn sqlx_message(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            if let Some(mysql) = error.try_downcast_ref::<MySqlDatabaseError>() {
                mysql.to_string()
            } else if error.try_downcast_ref::<SqliteError>().is_some() {
                error.message().to_owned()
            } else {
                format!("{} ({})", error.message(), error.code().unwrap_or_default())
            }
        }
        sqlx::Error::Io(error) => format!("connection failed: {error}"),
        other => other.to_string(),
    }
}
