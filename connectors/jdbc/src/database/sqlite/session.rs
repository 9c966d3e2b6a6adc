//! An open SQLite file.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::task::JoinHandle;

use super::catalog;
use super::cursor::SqliteCursor;
use super::handle::with_handle;
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
    Here(SqliteConnection),
    /// On the thread of a cursor that is ending.
    Away(JoinHandle<SqliteConnection>),
    Lost,
}

impl SqliteSession {
    pub(crate) async fn open(settings: &SourceSettings) -> Result<Self, DriverError> {
        let options = connect_options(settings);
        // A reader of a file in WAL mode has to write to the file's shared memory.
        let mut connection = match options.connect().await {
            Ok(connection) => connection,
            Err(_) => options.read_only(true).connect().await?,
        };
        // The first statement tells whether it is a database at all.
        sqlx::raw_sql("SELECT count(*) FROM sqlite_master").execute(&mut connection).await?;
        Ok(Self { state: State::Here(connection) })
    }

    /// Takes the connection, waiting for the last cursor's thread to give it back.
    async fn take(&mut self) -> Result<SqliteConnection, DriverError> {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Here(connection) => Ok(connection),
            State::Away(thread) => thread.await.map_err(|_| DriverError::ThreadEnded),
            State::Lost => Err(DriverError::ThreadEnded),
        }
    }

    async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, DriverError> {
        let mut connection = self.take().await?;
        let done = tokio::task::spawn_blocking(move || {
            let result = with_handle(&mut connection, Arc::default(), work);
            (connection, result)
        });
        let (connection, result) = done.await.map_err(|_| DriverError::ThreadEnded)?;
        self.state = State::Here(connection);
        result
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

fn connect_options(settings: &SourceSettings) -> SqliteConnectOptions {
    let mut path = PathBuf::from(settings.url.database.clone().unwrap_or_default());
    // sqlx lets SQLite take names that begin so for URIs.
    if path.as_os_str().as_encoded_bytes().starts_with(b"file:") {
        path = PathBuf::from(".").join(path);
    }
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT);
    options.pragma("query_only", "ON").thread_name(|id| format!("sqlite-{id}")).disable_statement_logging()
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

#[cfg(test)]
mod tests {
    use aqueduct_plugin_api::ConfigMap;
    use tempfile::TempDir;

    use super::*;

    fn settings(path: &str) -> SourceSettings {
        let pairs =
            [("connection.url", &*format!("jdbc:sqlite:{path}")), ("mode", "bulk"), ("topic.prefix", "t.")];
        let config = ConfigMap::from(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
        SourceSettings::parse(&config).unwrap()
    }

    async fn session(folder: &TempDir) -> SqliteSession {
        let path = folder.path().join("shop.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
            .unwrap();
        SqliteSession::open(&settings(path.to_str().unwrap())).await.unwrap()
    }

    #[tokio::test]
    async fn the_file_is_only_read_and_writers_are_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut session = session(&folder).await;
        let rows = session.text_rows("PRAGMA busy_timeout".to_owned()).await.unwrap();
        assert_eq!(rows, [[Some("5000".to_owned())]]);
        let error = session.text_rows("INSERT INTO orders VALUES (1)".to_owned()).await.unwrap_err();
        assert_eq!(error.to_string(), "attempt to write a readonly database");
    }

    #[tokio::test]
    async fn a_cursor_that_is_dropped_ends_its_statement_and_the_session_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut session = session(&folder).await;
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
        let mut cursor = session.cursor(endless.to_owned()).await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(20), cursor.columns()).await.is_err());
        drop(cursor);
        let rows = session.text_rows("SELECT count(*) FROM orders".to_owned()).await.unwrap();
        assert_eq!(rows, [[Some("0".to_owned())]]);
    }

    #[tokio::test]
    async fn what_sqlite_says_of_a_file_is_all_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let open = async |name: &str| {
            let path = folder.path().join(name);
            SqliteSession::open(&settings(path.to_str().unwrap())).await.err().map(|error| error.to_string())
        };
        std::fs::write(folder.path().join("no.db"), "a text, not a database ".repeat(1_000)).unwrap();
        assert_eq!(open("no.db").await.as_deref(), Some("file is not a database"));
        assert_eq!(open("nowhere/x.db").await.as_deref(), Some("unable to open database file"));
    }

    #[test]
    fn a_name_is_never_a_uri() {
        let path = |name: &str| connect_options(&settings(name)).get_filename().to_owned();
        assert_eq!(path("file:file:x.db").to_str(), Some("./file:x.db"));
        assert_eq!(path("/a/file:x.db").to_str(), Some("/a/file:x.db"));
    }
}
