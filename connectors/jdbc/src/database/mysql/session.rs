//! A session with a MySQL or MariaDB server.

use std::collections::{BTreeSet, HashMap};

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Decode, MySql, Row};

use super::catalog;
use super::cursor::MySqlCursor;
use crate::database::catalog::{TableMeta, TextRow};
use crate::database::connection::text_literal;
use crate::database::cursor::WireColumn;
use crate::database::driver_error::DriverError;
use crate::schema::Column;
use crate::settings::{Dialect, DriverOptions, SourceSettings, Tls};
use crate::table_filter::ListedTable;
use crate::table_id::{Quoting, TableId};

/// How long the server waits for us while it sends rows. A reader held back by a slow log may pause for long.
const NET_WRITE_TIMEOUT_SECONDS: u32 = 24 * 3600;

/// An open session.
pub(crate) struct MySqlSession {
    connection: MySqlConnection,
    options: DriverOptions,
    quoting: Quoting,
}

impl MySqlSession {
    pub(crate) async fn open(settings: &SourceSettings, host: &str, port: u16) -> Result<Self, DriverError> {
        let options = connect_options(settings, host, port);
        let connection = options.connect().await?;
        let mut session = Self { connection, options: settings.driver.clone(), quoting: settings.quoting };
        session.run(format!("SET SESSION net_write_timeout = {NET_WRITE_TIMEOUT_SECONDS}")).await?;
        if let Some(level) = settings.isolation {
            session.run(format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}")).await?;
        }
        Ok(session)
    }

    async fn run(&mut self, sql: String) -> Result<(), DriverError> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        Ok(())
    }

    pub(crate) async fn text_rows(&mut self, sql: String) -> Result<Vec<TextRow>, DriverError> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?;
        Ok(rows.iter().map(texts).collect())
    }

    pub(crate) async fn tables(&mut self) -> Result<Vec<ListedTable>, DriverError> {
        let rows = self.text_rows(catalog::TABLES.to_owned()).await?;
        Ok(rows.iter().map(catalog::listed_table).collect())
    }

    pub(crate) async fn table_meta(&mut self, id: &TableId) -> Result<Option<TableMeta>, DriverError> {
        let place = catalog_place(id);
        let columns = self.text_rows(catalog::columns_sql(&place)).await?;
        if columns.is_empty() {
            return Ok(None);
        }
        let indexes = self.text_rows(catalog::indexes_sql(&place)).await?;
        Ok(Some(catalog::table_meta(id, &columns, &indexes, &self.options, self.quoting)))
    }

    /// The catalog's columns of the tables a result comes from.
    pub(crate) async fn origins(
        &mut self,
        columns: &[WireColumn],
    ) -> Result<HashMap<(String, String), Column>, DriverError> {
        let tables: BTreeSet<&String> = columns.iter().filter_map(|c| Some(&c.origin.as_ref()?.0)).collect();
        let mut found = HashMap::new();
        for table in tables {
            let Some((catalog, name)) = table.split_once('.') else { continue };
            let id = TableId { catalog: Some(catalog.to_owned()), schema: None, name: name.to_owned() };
            let rows = self.text_rows(catalog::columns_sql(&catalog_place(&id))).await?;
            for row in &rows {
                let column = catalog::column(row, &self.options).column;
                found.insert((table.clone(), column.name.clone()), column);
            }
        }
        Ok(found)
    }

    pub(crate) fn cursor(&mut self, sql: String) -> MySqlCursor<'_> {
        MySqlCursor::start(&mut self.connection, sql, &self.options)
    }
}

fn catalog_place(id: &TableId) -> String {
    let text = |text: &str| text_literal(Dialect::MySql, text);
    let schema = id.catalog.as_deref().map_or_else(|| "DATABASE()".to_owned(), text);
    format!("TABLE_SCHEMA = {schema} AND TABLE_NAME = {}", text(&id.name))
}

fn connect_options(settings: &SourceSettings, host: &str, port: u16) -> MySqlConnectOptions {
    let driver = &settings.driver;
    // TLS is asked for only where a certificate can be had; sockets on this machine need none.
    let mut options = MySqlConnectOptions::new().host(host).port(port).ssl_mode(match driver.tls {
        Tls::Disabled => MySqlSslMode::Disabled,
        Tls::Allow | Tls::Preferred => MySqlSslMode::Preferred,
        Tls::Required => MySqlSslMode::Required,
        Tls::VerifyCa => MySqlSslMode::VerifyCa,
        Tls::VerifyFull => MySqlSslMode::VerifyIdentity,
    });
    options = options.statement_cache_capacity(0).disable_statement_logging();
    if let Some(user) = &driver.user {
        options = options.username(user);
    }
    if let Some(password) = driver.password.as_ref().filter(|password| !password.reveal().is_empty()) {
        options = options.password(password.reveal());
    }
    if let Some(database) = &settings.url.database {
        options = options.database(database);
    }
    if let Some(socket) = &driver.socket {
        options = options.socket(socket);
    }
    if let Some(ca) = &driver.ca {
        options = options.ssl_ca(ca);
    }
    if let (Some(certificate), Some(key)) = (&driver.client_certificate, &driver.client_key) {
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    options
}

/// Every value of a row of the text protocol.
fn texts(row: &MySqlRow) -> TextRow {
    let text = |index: usize| {
        let raw = row.try_get_raw(index).ok()?;
        let bytes = <&[u8] as Decode<MySql>>::decode(raw).ok()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    (0..row.len()).map(text).collect()
}
