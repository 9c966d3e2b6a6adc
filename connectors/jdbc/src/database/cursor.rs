//! A running statement: its columns, then its rows block by block.

use std::sync::Arc;

use super::driver_error::DriverError;
use super::mysql::MySqlCursor;
use super::postgres::PgCursor;
use super::sqlite::SqliteCursor;
use crate::schema::{DecodedRow, Misfit, RowPlan, SqlType};

/// A column as the result describes it, without the catalog.
#[derive(Debug, Clone)]
pub(crate) struct WireColumn {
    pub(crate) name: String,
    /// The type as far as the result tells.
    pub(crate) sql_type: SqlType,
    /// Table and column it comes from, in terms of the dialect's catalog.
    pub(crate) origin: Option<(String, String)>,
    /// Digits after the point of the first row's value, for a computed DECIMAL of MySQL: all its rows have as many.
    pub(crate) scale_seen: Option<i32>,
}

impl PartialEq for WireColumn {
    /// Whether it is described alike; what the first row happens to hold does not count.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.sql_type == other.sql_type && self.origin == other.origin
    }
}

/// Some rows of a result.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) rows: Vec<DecodedRow>,
    /// Literals of the plan's position after the last row; empty if there are no rows.
    pub(crate) position: Vec<String>,
    /// About how much memory the rows take.
    pub(crate) bytes: usize,
    /// Nothing follows.
    pub(crate) end: bool,
    /// The row after the last one does not fit the plan: the column, and why.
    pub(crate) misfit: Option<(usize, Misfit)>,
}

/// How much one block may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockLimit {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

/// Memory of a decoded value beside its text.
pub(crate) const VALUE_BYTES: usize = 48;

/// A running statement of any database.
pub(crate) enum Cursor<'c> {
    MySql(MySqlCursor<'c>),
    Postgres(PgCursor<'c>),
    Sqlite(SqliteCursor<'c>),
}

impl Cursor<'_> {
    /// The result's columns, `None` if it has no rows.
    pub(crate) async fn columns(&mut self) -> Result<Option<Vec<WireColumn>>, DriverError> {
        match self {
            Self::MySql(cursor) => cursor.columns().await,
            Self::Postgres(cursor) => cursor.columns().await,
            Self::Sqlite(cursor) => cursor.columns().await,
        }
    }

    /// The next rows, at most `rows` of them and about `bytes` of memory.
    pub(crate) async fn next_block(
        &mut self,
        plan: &Arc<RowPlan>,
        rows: usize,
        bytes: usize,
    ) -> Result<Block, DriverError> {
        let limit = BlockLimit { rows, bytes };
        match self {
            Self::MySql(cursor) => cursor.next_block(plan, limit).await,
            Self::Postgres(cursor) => cursor.next_block(plan, limit).await,
            Self::Sqlite(cursor) => cursor.next_block(plan, limit).await,
        }
    }
}
