//! Rows of a server, one of them read ahead, gathered into blocks: what the cursors of MySQL and PostgreSQL share.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::Row;

use super::connection::literal;
use super::cursor::{Block, BlockLimit, VALUE_BYTES};
use super::driver_error::DriverError;
use crate::schema::{Cell, RowPlan, TextArena};
use crate::settings::Dialect;

/// The rows of a running statement.
pub(super) struct RowStream<'c, R> {
    rows: BoxStream<'c, Result<R, sqlx::Error>>,
    /// The row read ahead.
    next: Option<R>,
    /// How long the server may send nothing.
    silence_limit: Option<Duration>,
}

impl<'c, R: Row> RowStream<'c, R> {
    pub(super) fn new(
        rows: BoxStream<'c, Result<R, sqlx::Error>>,
        silence_limit: Option<Duration>,
    ) -> RowStream<'c, R> {
        RowStream { rows, next: None, silence_limit }
    }

    /// Reads the first row, which describes all; `None` if there are none.
    pub(super) async fn first(&mut self) -> Result<Option<&R>, DriverError> {
        self.read_ahead().await?;
        Ok(self.next.as_ref())
    }

    /// The next rows, as far as `limit` goes. `cell` gives the cell of a column.
    pub(super) async fn next_block(
        &mut self,
        plan: &Arc<RowPlan>,
        limit: BlockLimit,
        dialect: Dialect,
        cell: impl for<'r> Fn(&'r R, usize) -> Cell<'r>,
    ) -> Result<Block, DriverError> {
        let mut block = Block { rows: Vec::with_capacity(limit.rows.min(4096)), ..Block::default() };
        let mut arena = TextArena::default();
        let mut last = None;
        while block.rows.len() < limit.rows && arena.total + block.bytes < limit.bytes {
            let Some(row) = self.next.take() else {
                block.end = true;
                break;
            };
            match plan.decode(&mut arena, |index| cell(&row, index)) {
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
            block.position = position(plan, dialect, |index| cell(&row, index));
        }
        Ok(block)
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
}

/// Literals of the plan's position in a row.
fn position<'r>(plan: &RowPlan, dialect: Dialect, cell: impl Fn(usize) -> Cell<'r>) -> Vec<String> {
    let part = |part| {
        let index = plan.position_column(part, &cell);
        literal(dialect, cell(index), &plan.columns[index].sql_type)
    };
    plan.position.iter().map(part).collect()
}
