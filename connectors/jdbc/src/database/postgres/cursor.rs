//! Rows of a PostgreSQL statement.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo};

use super::catalog::type_of_oid;
use crate::database::connection::literal;
use crate::database::cursor::{Block, BlockLimit, VALUE_BYTES, WireColumn};
use crate::database::driver_error::DriverError;
use crate::schema::{Cell, RowPlan, TextArena};
use crate::settings::{Dialect, DriverOptions};

const OID_BYTEA: u32 = 17;
const OID_BIT: u32 = 1560;
const OID_VARBIT: u32 = 1562;

/// A running statement.
pub(crate) struct PgCursor<'c> {
    rows: BoxStream<'c, Result<PgRow, sqlx::Error>>,
    /// The row read ahead.
    next: Option<PgRow>,
    oids: Vec<u32>,
    silence_limit: Option<Duration>,
}

impl<'c> PgCursor<'c> {
    pub(crate) fn start(connection: &'c mut PgConnection, sql: String, options: &DriverOptions) -> Self {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(connection);
        Self { rows: rows.boxed(), next: None, oids: Vec::new(), silence_limit: options.socket_timeout }
    }

    async fn read_ahead(&mut self) -> Result<(), DriverError> {
        self.next = match self.silence_limit {
            None => self.rows.try_next().await?,
            Some(limit) => match tokio::time::timeout(limit, self.rows.try_next()).await {
                Ok(row) => row?,
                Err(_) => return Err(DriverError::TimedOut(limit)),
            },
        };
        Ok(())
    }

    pub(crate) async fn columns(&mut self) -> Result<Option<Vec<WireColumn>>, DriverError> {
        self.read_ahead().await?;
        let Some(row) = &self.next else { return Ok(None) };
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
        let mut block = Block { rows: Vec::with_capacity(limit.rows.min(4096)), ..Block::default() };
        let mut arena = TextArena::default();
        let mut last = None;
        while block.rows.len() < limit.rows && arena.total + block.bytes < limit.bytes {
            let Some(row) = self.next.take() else {
                block.end = true;
                break;
            };
            match plan.decode(&mut arena, |index| cell(&row, index, &self.oids)) {
                Ok(decoded) => block.rows.push(decoded),
                Err(misfit) => {
                    block.misfit = Some(misfit);
                    break;
                }
            }
            block.bytes += row.len() * VALUE_BYTES;
            last = Some(row);
            self.read_ahead().await?;
        }
        block.end |= self.next.is_none() && block.misfit.is_none();
        block.bytes += arena.total;
        if let Some(row) = last {
            block.position = self.position(plan, &row);
        }
        Ok(block)
    }

    fn position(&self, plan: &RowPlan, row: &PgRow) -> Vec<String> {
        let read = |index: usize| cell(row, index, &self.oids);
        let part = |part| {
            let index = plan.position_column(part, read);
            literal(Dialect::Postgres, read(index), &plan.columns[index].sql_type)
        };
        plan.position.iter().map(part).collect()
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
