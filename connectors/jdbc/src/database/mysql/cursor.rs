//! Rows of a MySQL statement.

use std::sync::Arc;

use futures_util::StreamExt;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Column, Row};

use super::binary_cell::{CellKind, cell, classify};
use crate::database::cursor::{Block, BlockLimit, WireColumn};
use crate::database::driver_error::DriverError;
use crate::database::row_stream::RowStream;
use crate::schema::{Cell, RowPlan, SqlType};
use crate::settings::{Dialect, DriverOptions};

/// A running statement. It is prepared for this one use: a cached statement would outlive an ALTER TABLE.
pub(crate) struct MySqlCursor<'c> {
    rows: RowStream<'c, MySqlRow>,
    kinds: Vec<CellKind>,
}

impl<'c> MySqlCursor<'c> {
    pub(crate) fn start(connection: &'c mut MySqlConnection, sql: String, options: &DriverOptions) -> Self {
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(connection).boxed();
        Self { rows: RowStream::new(rows, options.socket_timeout), kinds: Vec::new() }
    }

    pub(crate) async fn columns(&mut self) -> Result<Option<Vec<WireColumn>>, DriverError> {
        let Some(row) = self.rows.first().await? else { return Ok(None) };
        let mut wire = Vec::with_capacity(row.len());
        self.kinds.clear();
        for (index, column) in row.columns().iter().enumerate() {
            let (kind, sql_type) = classify(column);
            self.kinds.push(kind);
            let scale_seen = match (&sql_type, cell(row, index, kind)) {
                (SqlType::Decimal { .. }, Cell::Text(text)) => {
                    Some(text.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32))
                }
                _ => None,
            };
            let origin = column.origin();
            let origin = origin.table_column().map(|from| (from.table.to_string(), from.name.to_string()));
            wire.push(WireColumn { name: column.name().to_owned(), sql_type, origin, scale_seen });
        }
        Ok(Some(wire))
    }

    pub(crate) async fn next_block(
        &mut self,
        plan: &Arc<RowPlan>,
        limit: BlockLimit,
    ) -> Result<Block, DriverError> {
        let kinds = &self.kinds;
        self.rows.next_block(plan, limit, Dialect::MySql, |row, index| cell(row, index, kinds[index])).await
    }
}
