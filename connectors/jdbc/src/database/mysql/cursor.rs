//! Rows of a MySQL statement.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Column, Row};

use super::binary_cell::{CellKind, cell, classify};
use crate::database::connection::literal;
use crate::database::cursor::{Block, BlockLimit, VALUE_BYTES, WireColumn};
use crate::database::driver_error::DriverError;
use crate::schema::{Cell, RowPlan, SqlType, TextArena};
use crate::settings::{Dialect, DriverOptions};

/// A running statement. It is prepared for this one use: a cached statement would outlive an ALTER TABLE.
pub(crate) struct MySqlCursor<'c> {
    rows: BoxStream<'c, Result<MySqlRow, sqlx::Error>>,
    /// The row read ahead.
    next: Option<MySqlRow>,
    kinds: Vec<CellKind>,
    silence_limit: Option<Duration>,
}

impl<'c> MySqlCursor<'c> {
    pub(crate) fn start(connection: &'c mut MySqlConnection, sql: String, options: &DriverOptions) -> Self {
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(connection).boxed();
        Self { rows, next: None, kinds: Vec::new(), silence_limit: options.socket_timeout }
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
        let mut block = Block { rows: Vec::with_capacity(limit.rows.min(4096)), ..Block::default() };
        let mut arena = TextArena::default();
        let mut last = None;
        while block.rows.len() < limit.rows && arena.total + block.bytes < limit.bytes {
            let Some(row) = self.next.take() else {
                block.end = true;
                break;
            };
            match plan.decode(&mut arena, |index| cell(&row, index, self.kinds[index])) {
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

    fn position(&self, plan: &RowPlan, row: &MySqlRow) -> Vec<String> {
        let read = |index: usize| cell(row, index, self.kinds[index]);
        let part = |part| {
            let index = plan.position_column(part, read);
            literal(Dialect::MySql, read(index), &plan.columns[index].sql_type)
        };
        plan.position.iter().map(part).collect()
    }
}
