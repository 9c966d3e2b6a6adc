//! A connection to any of the databases.

use std::collections::HashMap;

use super::catalog::{TableMeta, TextRow};
use super::cursor::{Cursor, WireColumn};
use super::driver_error::DriverError;
use super::mysql::MySqlSession;
use super::postgres::PgSession;
use super::sqlite::SqliteSession;
use crate::moment::{Moment, WallTime, Zone};
use crate::schema::{Cell, Column, SqlType};
use crate::settings::{Dialect, SourceSettings};
use crate::table_filter::ListedTable;
use crate::table_id::TableId;

/// An open connection. Dropping it closes it.
pub(crate) enum Connection {
    MySql(Box<MySqlSession>),
    Postgres(Box<PgSession>),
    Sqlite(SqliteSession),
}

impl Connection {
    /// Connects to the first host that answers.
    pub(crate) async fn open(settings: &SourceSettings) -> Result<Self, DriverError> {
        if settings.url.dialect == Dialect::Sqlite {
            return SqliteSession::open(settings).await.map(Self::Sqlite);
        }
        let mut last = DriverError::Unexpected("the URL names no host".to_owned());
        for (host, port) in &settings.url.hosts {
            let limit = settings.driver.connect_timeout;
            let attempt = async {
                if settings.url.dialect.is_mysql() {
                    MySqlSession::open(settings, host, *port).await.map(|s| Self::MySql(Box::new(s)))
                } else {
                    PgSession::open(settings, host, *port).await.map(|s| Self::Postgres(Box::new(s)))
                }
            };
            match tokio::time::timeout(limit, attempt).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => last = error,
                Err(_) => last = DriverError::TimedOut(limit),
            }
        }
        Err(last)
    }

    /// Runs a small statement; every value as text.
    pub(crate) async fn text_rows(&mut self, sql: String) -> Result<Vec<TextRow>, DriverError> {
        match self {
            Self::MySql(session) => session.text_rows(sql).await,
            Self::Postgres(session) => session.text_rows(sql).await,
            Self::Sqlite(session) => session.text_rows(sql).await,
        }
    }

    /// All tables that may be read, in the order of their names.
    pub(crate) async fn tables(&mut self) -> Result<Vec<ListedTable>, DriverError> {
        match self {
            Self::MySql(session) => session.tables().await,
            Self::Postgres(session) => session.tables().await,
            Self::Sqlite(session) => session.tables().await,
        }
    }

    /// What the catalog knows of a table, `None` if there is no such table.
    pub(crate) async fn table_meta(&mut self, id: &TableId) -> Result<Option<TableMeta>, DriverError> {
        match self {
            Self::MySql(session) => session.table_meta(id).await,
            Self::Postgres(session) => session.table_meta(id).await,
            Self::Sqlite(session) => session.table_meta(id).await,
        }
    }

    /// What the catalog knows of the columns a query's result comes from.
    pub(crate) async fn origins(
        &mut self,
        columns: &[WireColumn],
    ) -> Result<HashMap<(String, String), Column>, DriverError> {
        match self {
            Self::MySql(session) => session.origins(columns).await,
            Self::Postgres(session) => session.origins(columns).await,
            Self::Sqlite(_) => Ok(HashMap::new()),
        }
    }

    /// The server's clock.
    pub(crate) async fn now(&mut self) -> Result<Moment, DriverError> {
        let sql = match self {
            Self::MySql(_) => "SELECT UTC_TIMESTAMP(6)",
            Self::Postgres(_) => "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
            Self::Sqlite(_) => "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
        };
        let rows = self.text_rows(sql.to_owned()).await?;
        let text = rows.first().and_then(|row| row.first().cloned().flatten()).unwrap_or_default();
        match WallTime::parse(&text) {
            Some((wall, _)) => Ok(wall.to_moment(Zone::Utc)),
            None => Err(DriverError::Unexpected(format!("the server's clock shows {text:?}"))),
        }
    }

    /// Starts a statement that reads rows.
    pub(crate) async fn cursor(&mut self, sql: String) -> Result<Cursor<'_>, DriverError> {
        match self {
            Self::MySql(session) => Ok(Cursor::MySql(session.cursor(sql))),
            Self::Postgres(session) => Ok(Cursor::Postgres(session.cursor(sql))),
            Self::Sqlite(session) => session.cursor(sql).await.map(Cursor::Sqlite),
        }
    }

    /// Whether it is an open file, not a session with a server.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Whether statements on this connection see their own version of rows, and several can write at once: late
    /// commits are possible.
    pub(crate) fn has_concurrent_writers(&self) -> bool {
        !self.is_file()
    }
}

/// How a dialect writes the literal of a cell.
pub(crate) fn literal(dialect: Dialect, cell: Cell<'_>, sql_type: &SqlType) -> String {
    match cell {
        Cell::Int(number) => number.to_string(),
        Cell::Unsigned(number) => number.to_string(),
        Cell::Text(text) if sql_type.is_number() && is_plain_number(text) => text.to_owned(),
        Cell::Text(text) | Cell::Hex(text) | Cell::BitText(text) => text_literal(dialect, text),
        Cell::Bytes(bytes) | Cell::Bits(bytes) => hex_literal(bytes),
        Cell::DateTime(wall, _) if *sql_type == SqlType::Date => {
            text_literal(dialect, wall.text(' ').split(' ').next().unwrap_or_default())
        }
        Cell::DateTime(wall, _) => text_literal(dialect, &wall.text(' ')),
        Cell::ZeroDate => text_literal(dialect, "0000-00-00 00:00:00"),
        Cell::Float32(number) => number.to_string(),
        Cell::Float64(number) => format!("{number:?}"),
        Cell::Time(_) => text_literal(dialect, &crate::schema::show(cell)),
        Cell::Null => "NULL".to_owned(),
    }
}

/// A text as a literal that no character can end.
pub(crate) fn text_literal(dialect: Dialect, text: &str) -> String {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b" :.-_+".contains(&b));
    if plain {
        format!("'{text}'")
    } else if dialect.is_mysql() {
        // Whether a backslash escapes depends on the session's SQL mode; digits do not.
        format!("_utf8mb4 {}", hex_literal(text.as_bytes()))
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn hex_literal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold("x'".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }) + "'"
}

fn is_plain_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_cannot_be_broken_out_of() {
        let hostile = "x' OR '1'='1\\";
        assert_eq!(text_literal(Dialect::Postgres, hostile), "'x'' OR ''1''=''1\\'");
        assert!(text_literal(Dialect::MySql, hostile).starts_with("_utf8mb4 x'7827"));
        assert_eq!(
            literal(Dialect::MySql, Cell::Text("12.30"), &SqlType::Decimal { precision: None, scale: None }),
            "12.30"
        );
        assert_eq!(literal(Dialect::MySql, Cell::Text("1 OR 1"), &SqlType::Int64), "'1 OR 1'");
        assert_eq!(literal(Dialect::Sqlite, Cell::Bytes(&[1, 255]), &SqlType::Bytes), "x'01ff'");
    }
}
