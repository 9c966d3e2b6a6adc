//! Rows of an SQLite statement, stepped on a thread for blocking work and handed over block by block.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as blocking;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Rows};
use sqlx::sqlite::SqliteConnection;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::catalog::sql_type;
use super::handle::with_handle;
use crate::database::connection::literal;
use crate::database::cursor::{Block, BlockLimit, VALUE_BYTES, WireColumn};
use crate::database::driver_error::DriverError;
use crate::schema::{Cell, RowPlan, SqlType, TextArena};
use crate::settings::Dialect;

/// What the thread says.
enum Answer {
    Columns(Option<Vec<WireColumn>>),
    Block(Block),
    Failed(DriverError),
}

/// A running statement. It borrows the session for as long as it runs, though the connection is on the thread.
pub(crate) struct SqliteCursor<'c> {
    requests: blocking::Sender<(Arc<RowPlan>, BlockLimit)>,
    answers: mpsc::Receiver<Answer>,
    cancelled: Arc<AtomicBool>,
    done: bool,
    session: PhantomData<&'c mut ()>,
}

impl SqliteCursor<'_> {
    /// Starts the thread; it gives the connection back when the statement is over or the cursor is dropped.
    pub(crate) fn start(
        mut connection: SqliteConnection,
        sql: String,
    ) -> (Self, JoinHandle<SqliteConnection>) {
        let (requests, request_queue) = blocking::channel();
        let (answer_queue, answers) = mpsc::channel(2);
        let cancelled = Arc::new(AtomicBool::new(false));
        let told = cancelled.clone();
        let thread = tokio::task::spawn_blocking(move || {
            let read = |connection: &Connection| run(connection, &sql, &request_queue, &answer_queue);
            if let Err(error) = with_handle(&mut connection, told, read) {
                let _ = answer_queue.blocking_send(Answer::Failed(error));
            }
            connection
        });
        (Self { requests, answers, cancelled, done: false, session: PhantomData }, thread)
    }

    pub(crate) async fn columns(&mut self) -> Result<Option<Vec<WireColumn>>, DriverError> {
        match self.answers.recv().await {
            Some(Answer::Columns(columns)) => {
                self.done = columns.is_none();
                Ok(columns)
            }
            other => self.failed(other),
        }
    }

    pub(crate) async fn next_block(
        &mut self,
        plan: &Arc<RowPlan>,
        limit: BlockLimit,
    ) -> Result<Block, DriverError> {
        if self.done || self.requests.send((plan.clone(), limit)).is_err() {
            return self.failed(None);
        }
        match self.answers.recv().await {
            Some(Answer::Block(block)) => {
                self.done = block.end || block.misfit.is_some();
                Ok(block)
            }
            other => self.failed(other),
        }
    }

    fn failed<T>(&mut self, answer: Option<Answer>) -> Result<T, DriverError> {
        self.done = true;
        match answer {
            Some(Answer::Failed(error)) => Err(error),
            _ => Err(DriverError::ThreadEnded),
        }
    }
}

impl Drop for SqliteCursor<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

fn run(
    connection: &Connection,
    sql: &str,
    requests: &blocking::Receiver<(Arc<RowPlan>, BlockLimit)>,
    answers: &mpsc::Sender<Answer>,
) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let is_empty = rows.next()?.is_none();
    // Only now: if the table has changed, the first step has prepared the statement anew.
    let columns = if is_empty { None } else { wire_columns(&rows)? };
    if answers.blocking_send(Answer::Columns(columns)).is_err() || is_empty {
        return Ok(());
    }
    let mut at_row = true;
    while let Ok((plan, limit)) = requests.recv() {
        let block = read_block(&mut rows, &mut at_row, &plan, limit)?;
        let last = block.end || block.misfit.is_some();
        if answers.blocking_send(Answer::Block(block)).is_err() || last {
            break;
        }
    }
    Ok(())
}

/// A computed column has no declared type: its first value decides.
fn wire_columns(rows: &Rows<'_>) -> Result<Option<Vec<WireColumn>>, rusqlite::Error> {
    let (Some(row), Some(statement)) = (rows.get(), rows.as_ref()) else { return Ok(None) };
    let column = |(index, column): (usize, &rusqlite::Column<'_>)| {
        let sql_type = match (column.decl_type(), row.get_ref(index)?) {
            (Some(declared), _) => sql_type(declared),
            (None, ValueRef::Integer(_)) => SqlType::Int64,
            (None, ValueRef::Real(_)) => SqlType::Float64,
            (None, ValueRef::Blob(_)) => SqlType::Bytes,
            (None, ValueRef::Text(_) | ValueRef::Null) => SqlType::Text,
        };
        Ok(WireColumn { name: column.name().to_owned(), sql_type, origin: None, scale_seen: None })
    };
    statement.columns().iter().enumerate().map(column).collect::<Result<_, _>>().map(Some)
}

fn read_block(
    rows: &mut Rows<'_>,
    at_row: &mut bool,
    plan: &RowPlan,
    limit: BlockLimit,
) -> Result<Block, rusqlite::Error> {
    let mut block = Block { rows: Vec::with_capacity(limit.rows.min(4096)), ..Block::default() };
    let mut arena = TextArena::default();
    let mut last: Vec<SavedCell> = plan.position.iter().map(|_| SavedCell::default()).collect();
    while *at_row && block.rows.len() < limit.rows && arena.total + block.bytes < limit.bytes {
        let Some(row) = rows.get() else { break };
        match plan.decode(&mut arena, |index| cell(row, index)) {
            Ok(decoded) => block.rows.push(decoded),
            Err(misfit) => {
                block.misfit = Some(misfit);
                break;
            }
        }
        block.bytes += plan.columns.len() * VALUE_BYTES;
        for (part, saved) in plan.position.iter().zip(&mut last) {
            let index = plan.position_column(part, |index| cell(row, index));
            saved.save(cell(row, index));
        }
        *at_row = rows.next()?.is_some();
    }
    block.end = !*at_row;
    block.bytes += arena.total;
    if !block.rows.is_empty() {
        block.position = last.iter().map(|saved| saved.literal()).collect();
    }
    Ok(block)
}

/// A cell of the position that outlives its row; its buffer is used again for every row.
#[derive(Default)]
struct SavedCell {
    form: SavedForm,
    number: i64,
    bytes: Vec<u8>,
}

#[derive(Default)]
enum SavedForm {
    #[default]
    Null,
    Number,
    Real,
    Text,
    Bytes,
}

impl SavedCell {
    fn save(&mut self, cell: Cell<'_>) {
        self.bytes.clear();
        self.form = match cell {
            Cell::Int(number) => {
                self.number = number;
                SavedForm::Number
            }
            Cell::Float64(number) => {
                self.number = number.to_bits() as i64;
                SavedForm::Real
            }
            Cell::Text(text) => {
                self.bytes.extend_from_slice(text.as_bytes());
                SavedForm::Text
            }
            Cell::Bytes(bytes) => {
                self.bytes.extend_from_slice(bytes);
                SavedForm::Bytes
            }
            _ => SavedForm::Null,
        };
    }

    fn literal(&self) -> String {
        let cell = match self.form {
            SavedForm::Null => Cell::Null,
            SavedForm::Number => Cell::Int(self.number),
            SavedForm::Real => Cell::Float64(f64::from_bits(self.number as u64)),
            SavedForm::Text => Cell::Text(std::str::from_utf8(&self.bytes).unwrap_or_default()),
            SavedForm::Bytes => Cell::Bytes(&self.bytes),
        };
        // A text in a column that is declared a number compares as a text.
        literal(Dialect::Sqlite, cell, &SqlType::Text)
    }
}

fn cell<'r>(row: &'r Row<'_>, index: usize) -> Cell<'r> {
    match row.get_ref(index) {
        Ok(ValueRef::Integer(number)) => Cell::Int(number),
        Ok(ValueRef::Real(number)) => Cell::Float64(number),
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text),
        Ok(ValueRef::Blob(bytes)) => Cell::Bytes(bytes),
        Ok(ValueRef::Null) | Err(_) => Cell::Null,
    }
}
