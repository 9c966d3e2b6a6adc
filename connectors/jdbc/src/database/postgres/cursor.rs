//! Rows of a PostgreSQL statement.

use std::sync::Arc;

use futures_util::StreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo};

use super::catalog::type_of_oid;
use crate::database::cursor::{Block, BlockLimit, WireColumn};
use crate::database::driver_error::DriverError;
use crate::database::row_stream::RowStream;
use crate::schema::{Cell, RowPlan};
use crate::settings::{Dialect, DriverOptions};

const OID_BYTEA: u32 = 17;
const OID_BIT: u32 = 1560;
const OID_VARBIT: u32 = 1562;

/// A running statement.
pub(crate) struct PgCursor<'c> {
    rows: RowStream<'c, PgRow>,
    oids: Vec<u32>,
}

impl<'c> PgCursor<'c> {
    pub(crate) fn start(connection: &'c mut PgConnection, sql: String, options: &DriverOptions) -> Self {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(connection).boxed();
        Self { rows: RowStream::new(rows, options.socket_timeout), oids: Vec::new() }
    }

    pub(crate) async fn columns(&mut self) -> Result<Option<Vec<WireColumn>>, DriverError> {
        let Some(row) = self.rows.first().await? else { return Ok(None) };
        self.oids = row.columns().iter().map(|c| c.type_info().oid().map_or(0, |oid| oid.0)).collect();
        let wire = |(column, oid): (&sqlx::postgres::PgColumn, &u32)| WireColumn {
            name: column.name().to_owned(),
            sql_type: type_of_oid(*oid, &column.type_info().name().to_ascii_lowercase()),
            origin: column
                .relation_id()
                .zip(column.relation_attribute_no())
                .filter(|(_, attribute)| *attribute > 0)
                .map(|(relation, attribute)| (relation.0.to_string(), attribute.to_string())),
            scale_seen: None,
        };
        Ok(Some(row.columns().iter().zip(&self.oids).map(wire).collect()))
    }

    pub(crate) async fn next_block(
        &mut self,
        plan: &Arc<RowPlan>,
        limit: BlockLimit,
    ) -> Result<Block, DriverError> {
        let oids = &self.oids;
        self.rows.next_block(plan, limit, Dialect::Postgres, |row, index| cell(row, index, oids)).await
    }
}

/// The cell of a column of a row that came in the text protocol.
fn cell<'r>(row: &'r PgRow, index: usize, oids: &[u32]) -> Cell<'r> {
    let Ok(raw) = row.try_get_raw(index) else { return Cell::Null };
    let Ok(bytes) = raw.as_bytes() else { return Cell::Null };
    let Ok(text) = std::str::from_utf8(bytes) else { return Cell::Bytes(bytes) };
    match oids.get(index) {
        Some(&OID_BYTEA) => Cell::Hex(text),
        Some(&(OID_BIT | OID_VARBIT)) => Cell::BitText(text),
        _ => Cell::Text(text),
    }
}
