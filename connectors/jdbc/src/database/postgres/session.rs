//! A session with a PostgreSQL server.

use std::collections::{BTreeSet, HashMap};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use super::catalog;
use super::cursor::PgCursor;
use crate::database::catalog::{TableMeta, TextRow, text};
use crate::database::connection::text_literal;
use crate::database::cursor::WireColumn;
use crate::database::driver_error::DriverError;
use crate::schema::Column;
use crate::settings::{Dialect, DriverOptions, SourceSettings, Tls};
use crate::table_filter::ListedTable;
use crate::table_id::TableId;

/// An open session.
pub(crate) struct PgSession {
    connection: PgConnection,
    options: DriverOptions,
}

impl PgSession {
    pub(crate) async fn open(settings: &SourceSettings, host: &str, port: u16) -> Result<Self, DriverError> {
        let connection = connect_options(settings, host, port).connect().await?;
        let mut session = Self { connection, options: settings.driver.clone() };
        let mut setup =
            "SET standard_conforming_strings = on; SET bytea_output = hex; SET extra_float_digits = 3"
                .to_owned();
        if let Some(schema) = &settings.driver.current_schema {
            let quoted: Vec<String> =
                schema.split(',').map(|name| format!("\"{}\"", name.trim().replace('"', "\"\""))).collect();
            setup.push_str(&format!("; SET search_path = {}", quoted.join(", ")));
        }
        if let Some(level) = settings.isolation {
            setup.push_str(&format!("; SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}"));
        }
        sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut session.connection).await?;
        Ok(session)
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
        let Some(oid) = self.oid(id).await? else { return Ok(None) };
        let columns = self.text_rows(catalog::columns_sql(&oid)).await?;
        let indexes = self.text_rows(catalog::indexes_sql(&oid)).await?;
        Ok(Some(catalog::table_meta(id, &columns, &indexes)))
    }

    async fn oid(&mut self, id: &TableId) -> Result<Option<String>, DriverError> {
        let literal = |text: &str| text_literal(Dialect::Postgres, text);
        let schema = id.schema.as_deref().map_or_else(
            || "pg_table_is_visible(c.oid)".to_owned(),
            |schema| format!("n.nspname = {}", literal(schema)),
        );
        let sql = format!(
            "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relname = {} AND {schema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            literal(&id.name)
        );
        let rows = self.text_rows(sql).await?;
        Ok(rows.first().map(|row| text(row, 0).to_owned()))
    }

    pub(crate) async fn origins(
        &mut self,
        columns: &[WireColumn],
    ) -> Result<HashMap<(String, String), Column>, DriverError> {
        let tables: BTreeSet<&String> = columns.iter().filter_map(|c| Some(&c.origin.as_ref()?.0)).collect();
        let mut found = HashMap::new();
        for table in tables {
            for row in self.text_rows(catalog::columns_sql(table)).await? {
                found.insert((table.clone(), catalog::attribute_number(&row)), catalog::column(&row).column);
            }
        }
        Ok(found)
    }

    pub(crate) fn cursor(&mut self, sql: String) -> PgCursor<'_> {
        PgCursor::start(&mut self.connection, sql, &self.options)
    }
}

fn connect_options(settings: &SourceSettings, host: &str, port: u16) -> PgConnectOptions {
    let driver = &settings.driver;
    let mut options =
        PgConnectOptions::new_without_pgpass().host(host).port(port).ssl_mode(match driver.tls {
            Tls::Disabled => PgSslMode::Disable,
            Tls::Allow => PgSslMode::Allow,
            Tls::Preferred => PgSslMode::Prefer,
            Tls::Required => PgSslMode::Require,
            Tls::VerifyCa => PgSslMode::VerifyCa,
            Tls::VerifyFull => PgSslMode::VerifyFull,
        });
    options = options
        .application_name(driver.application_name.as_deref().unwrap_or("aqueduct-jdbc-source"))
        .statement_cache_capacity(0)
        .extra_float_digits(None)
        // The process's own PGPASSWORD is not the connector's.
        .password(driver.password.as_ref().map_or("", |password| password.reveal()))
        .disable_statement_logging();
    if let Some(user) = &driver.user {
        options = options.username(user);
    }
    // As in pgJDBC the database is by default the user's.
    if let Some(database) = settings.url.database.as_ref().or(driver.user.as_ref()) {
        options = options.database(database);
    }
    if let Some(socket) = &driver.socket {
        options = options.socket(socket);
    }
    if let Some(ca) = &driver.ca {
        options = options.ssl_root_cert(ca);
    }
    if let (Some(certificate), Some(key)) = (&driver.client_certificate, &driver.client_key) {
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    if let Some(more) = &driver.server_options {
        let pairs = more.split("-c").filter_map(|pair| pair.trim().split_once('='));
        options =
            options.options(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
    }
    options
}

fn texts(row: &PgRow) -> TextRow {
    let text = |index: usize| row.try_get_raw(index).ok()?.as_str().ok().map(str::to_owned);
    (0..row.len()).map(text).collect()
}
