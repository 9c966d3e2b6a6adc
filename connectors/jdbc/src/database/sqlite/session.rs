//! An open SQLite file.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio::task::JoinHandle;

use super::catalog;
use super::cursor::SqliteCursor;
use crate::database::catalog::{TableMeta, TextRow};
use crate::database::driver_error::DriverError;
use crate::settings::SourceSettings;
use crate::table_filter::ListedTable;
use crate::table_id::TableId;

/// How long to wait for a writer that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open file. While a cursor runs the connection is on its thread.
pub(crate) struct SqliteSession {
    state: State,
}

enum State {
    /// Behind a lock only so that the session can be shared between threads; it is moved, never shared.
    Here(Mutex<Connection>),
    /// On the thread of a cursor that is ending.
    Away(JoinHandle<Connection>),
    Lost,
}

impl SqliteSession {
    pub(crate) async fn open(settings: &SourceSettings) -> Result<Self, DriverError> {
        let path = settings.url.database.clone().unwrap_or_default();
        let opened = tokio::task::spawn_blocking(move || -> Result<Connection, rusqlite::Error> {
            let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
            // A reader of a file in WAL mode has to write to the file's shared memory.
            let connection = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)
                .or_else(|_| Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY))?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "query_only", true)?;
            // The first statement tells whether it is a database at all.
            connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
            Ok(connection)
        });
        match opened.await {
            Ok(connection) => Ok(Self { state: State::Here(Mutex::new(connection?)) }),
            Err(_) => Err(DriverError::ThreadEnded),
        }
    }

    /// Takes the connection, waiting for the last cursor's thread to give it back.
    async fn take(&mut self) -> Result<Connection, DriverError> {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Here(connection) => Ok(connection.into_inner().unwrap_or_else(PoisonError::into_inner)),
            State::Away(thread) => thread.await.map_err(|_| DriverError::ThreadEnded),
            State::Lost => Err(DriverError::ThreadEnded),
        }
    }

    async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, DriverError> {
        let connection = self.take().await?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&connection);
            (connection, result)
        });
        let (connection, result) = done.await.map_err(|_| DriverError::ThreadEnded)?;
        self.state = State::Here(Mutex::new(connection));
        Ok(result?)
    }

    pub(crate) async fn text_rows(&mut self, sql: String) -> Result<Vec<TextRow>, DriverError> {
        self.with(move |connection| text_rows(connection, &sql)).await
    }

    pub(crate) async fn tables(&mut self) -> Result<Vec<ListedTable>, DriverError> {
        let rows = self.text_rows(catalog::TABLES.to_owned()).await?;
        Ok(rows.iter().map(catalog::listed_table).collect())
    }

    pub(crate) async fn table_meta(&mut self, id: &TableId) -> Result<Option<TableMeta>, DriverError> {
        let id = id.clone();
        self.with(move |connection| {
            let columns = text_rows(connection, &catalog::columns_sql(&id.name))?;
            if columns.is_empty() {
                return Ok(None);
            }
            let indexes = text_rows(connection, &catalog::indexes_sql(&id.name))?;
            let probe = catalog::row_number_probe(&id.name, &columns);
            let row_number = probe.filter(|(_, sql)| connection.prepare(sql).is_ok()).map(|(name, _)| name);
            Ok(Some(catalog::table_meta(&id, &columns, &indexes, row_number)))
        })
        .await
    }

    pub(crate) async fn cursor(&mut self, sql: String) -> Result<SqliteCursor<'_>, DriverError> {
        let connection = self.take().await?;
        let (cursor, thread) = SqliteCursor::start(connection, sql);
        self.state = State::Away(thread);
        Ok(cursor)
    }
}

fn text_rows(connection: &Connection, sql: &str) -> Result<Vec<TextRow>, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |index: usize| {
            Ok(match row.get_ref(index)? {
                ValueRef::Null => None,
                ValueRef::Integer(number) => Some(number.to_string()),
                ValueRef::Real(number) => Some(number.to_string()),
                ValueRef::Text(text) | ValueRef::Blob(text) => {
                    Some(String::from_utf8_lossy(text).into_owned())
                }
            })
        };
        found.push((0..width).map(text).collect::<Result<TextRow, rusqlite::Error>>()?);
    }
    Ok(found)
}
