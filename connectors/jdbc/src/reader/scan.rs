//! One reading of a table or query, from where it stands up to an upper bound.

use std::time::Duration;

use aqueduct_plugin_api::{ConnectError, Metrics, SourceRecord};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::bounds::SqliteStyle;
use super::layout::Layout;
use super::read_error::ReadError;
use super::reading::{Reading, ReadingEnd, ReadingError, deliver, watched};
use super::source::{Origin, Source};
use super::upper_bound::Bound;
use crate::database::{Connection, DriverError};
use crate::schema::{Misfit, RowPlan};
use crate::settings::{Dialect, Mode, SourceSettings};

/// What the reader hands to the task.
pub(crate) type Delivery = Result<Vec<SourceRecord>, ConnectError>;

/// How long the catalog's word on a table is trusted while the results look the same.
const CATALOG_TRUST: Duration = Duration::from_secs(60);
/// How often a statement is begun again because its result was not what the catalog said.
const CATALOG_ATTEMPTS: usize = 4;
/// What is left of a result that was cut is read and thrown away, unless it is more than this.
const DRAIN_BYTES: usize = 32 << 20;

/// Everything a reading works with besides the source.
pub(crate) struct Scan<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) settings: &'a SourceSettings,
    pub(crate) queue: &'a mpsc::Sender<Delivery>,
    pub(crate) metrics: &'a dyn Metrics,
    pub(crate) server: &'a str,
}

/// How a reading ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ScanEnd {
    /// Everything up to the bound was read.
    Complete,
    /// Transactions are open that may still commit rows below the bound: try again soon.
    Wait(Duration),
    /// Complete, but the connection holds a result too large to drain: open another.
    Reconnect,
}

/// How one statement ended.
enum ChunkEnd {
    More,
    Exhausted,
    Reconnect,
}

impl Scan<'_> {
    /// Reads everything that is new.
    pub(crate) async fn run(&mut self, source: &mut Source) -> Result<ScanEnd, ReadError> {
        self.prepare(source).await?;
        let bound = match self.bound(source).await? {
            Ok(bound) => bound,
            Err(end) => return Ok(end),
        };
        loop {
            match self.chunk(source, &bound).await? {
                ChunkEnd::More => {}
                ChunkEnd::Exhausted => break,
                // What was read is delivered; the rest follows on a new connection.
                ChunkEnd::Reconnect => return Ok(ScanEnd::Reconnect),
            }
        }
        let mut last = Vec::new();
        source.finish(&mut last);
        self.deliver(last).await?;
        if self.settings.mode == Mode::Bulk {
            source.position = Some(Vec::new());
        }
        Ok(ScanEnd::Complete)
    }

    pub(super) fn failed(&self, source: &Source, error: DriverError) -> ReadError {
        failed(self.server, source, error)
    }

    /// Makes sure that layout and position are known.
    async fn prepare(&mut self, source: &mut Source) -> Result<(), ReadError> {
        let trusted = source.meta_loaded.is_some_and(|loaded| loaded.elapsed() < CATALOG_TRUST);
        match source.origin.clone() {
            Origin::Table(_) if source.layout.is_some() && trusted => {}
            Origin::Table(_) => self.load_table(source).await?,
            Origin::Query(query) if source.layout.is_none() => {
                source.layout = Some(Layout::of_query(query.reveal(), self.settings));
            }
            Origin::Query(_) => {}
        }
        if self.settings.url.dialect == Dialect::Sqlite
            && self.settings.mode.has_timestamp()
            && source.sqlite_style.is_none()
        {
            self.sample_sqlite_style(source).await?;
        }
        if source.position.is_none() {
            self.begin(source).await?;
        }
        Ok(())
    }

    async fn load_table(&mut self, source: &mut Source) -> Result<(), ReadError> {
        let Origin::Table(id) = &source.origin else { return Ok(()) };
        let found = watched(self.settings, self.connection.table_meta(id))
            .await
            .map_err(|error| self.failed(source, error))?;
        let Some(meta) = found else {
            return Err(ReadError::NoTable { subject: source.subject(), server: self.server.to_owned() });
        };
        source.meta_loaded = Some(Instant::now());
        if source.meta.as_ref() == Some(&meta) && source.layout.is_some() {
            return Ok(());
        }
        let layout = Layout::of_table(&meta, self.settings).map_err(|error| ReadError::Layout {
            subject: source.subject(),
            server: self.server.to_owned(),
            error,
        })?;
        if source.layout.as_ref().is_some_and(|before| before.order != layout.order) {
            source.keep_criteria_only(self.settings.mode);
        }
        source.meta = Some(meta);
        source.layout = Some(layout);
        source.forget_plan();
        Ok(())
    }

    async fn sample_sqlite_style(&mut self, source: &mut Source) -> Result<(), ReadError> {
        let Some(layout) = &source.layout else { return Ok(()) };
        let (column, base) = (layout.order.first().cloned().unwrap_or_default(), &layout.base);
        let sql =
            format!("SELECT typeof({column}), {column} FROM ({base}) WHERE {column} IS NOT NULL LIMIT 1");
        let rows = watched(self.settings, self.connection.text_rows(sql))
            .await
            .map_err(|error| self.failed(source, error))?;
        if let Some([Some(kind), Some(value)]) = rows.first().map(Vec::as_slice) {
            source.sqlite_style = Some(SqliteStyle::of_sample(kind, value));
        }
        Ok(())
    }

    /// Where the first reading begins: at the stored offset, or where the settings say.
    async fn begin(&mut self, source: &mut Source) -> Result<(), ReadError> {
        if source.stored.is_empty() {
            let mode = self.settings.mode;
            let initial = if mode.has_timestamp() { self.settings.timestamp_initial } else { None };
            let moment = match initial {
                Some(-1) => Some(self.connection.now().await.map_err(|error| self.failed(source, error))?),
                Some(millis) => Some(crate::moment::Moment::from_millis(millis)),
                None => None,
            };
            source.begin_at(moment, self.settings.incrementing_initial.filter(|_| mode.has_incrementing()));
        }
        source.position = Some(source.stored_position(self.settings));
        Ok(())
    }

    /// Runs one statement and delivers its rows.
    async fn chunk(&mut self, source: &mut Source, bound: &Bound) -> Result<ChunkEnd, ReadError> {
        let (server, settings) = (self.server, self.settings);
        for _ in 0..CATALOG_ATTEMPTS {
            let sql = self.sql(source, bound);
            let begun = Instant::now();
            let limit = self.limit(source);
            let mut cursor = match self.connection.cursor(sql).await {
                Ok(cursor) => cursor,
                Err(error) => return Err(failed(server, source, error)),
            };
            let wire = match watched(settings, cursor.columns()).await {
                Ok(Some(wire)) => wire,
                Ok(None) => return Ok(ChunkEnd::Exhausted),
                Err(error) => {
                    drop(cursor);
                    return Err(failed(server, source, error));
                }
            };
            let first_row_after = begun.elapsed();
            let plan = match source.plan_for(&wire) {
                Some(plan) => Some(plan),
                None => source.compile(&wire, self.settings).map_err(|column| ReadError::Layout {
                    subject: source.subject(),
                    server: server.to_owned(),
                    error: super::layout::LayoutError::NoColumn(column, "the mode"),
                })?,
            };
            let Some(plan) = plan else {
                drop(cursor);
                self.explain(source, wire).await?;
                continue;
            };
            let reading = Reading { source, settings: self.settings, queue: self.queue, limit };
            let done = reading.rows(&mut cursor, &plan).await;
            drop(cursor);
            if let Ok(done) = &done {
                self.count(source, &plan, done);
            }
            let ready = std::mem::take(&mut source.ready);
            self.deliver(ready).await?;
            let done = match done {
                Ok(done) => done,
                Err(ReadingError::Driver(error)) => return Err(failed(server, source, error)),
                Err(ReadingError::Stopped) => return Err(ReadError::Stopped),
            };
            if let Some((column, misfit)) = &done.misfit {
                source.rewind(self.settings);
                self.adjust(source, &plan, *column, misfit).await?;
                return Ok(ChunkEnd::More);
            }
            return Ok(self.judge_chunk(source, &done, limit, first_row_after, begun.elapsed()));
        }
        Err(failed(server, source, DriverError::Unexpected("its columns keep changing".to_owned())))
    }

    fn sql(&self, source: &Source, bound: &Bound) -> String {
        let Some(layout) = &source.layout else { return String::new() };
        let position = source.position.as_deref().unwrap_or_default();
        let mut statement = layout.statement(position, &self.settings.query_suffix);
        statement.below = bound.below.as_deref();
        statement.at_most = layout.incrementing.as_deref().zip(bound.at_most.as_deref());
        statement.limit = self.limit(source);
        statement.sql()
    }

    /// How many rows a statement asks for; `None` where it cannot be continued, or had better not be.
    fn limit(&self, source: &Source) -> Option<usize> {
        let can_continue = source.layout.as_ref().is_some_and(|layout| layout.is_total);
        (can_continue && !source.read_in_one && self.settings.query_suffix.is_empty())
            .then_some(source.chunk_rows)
    }

    /// Asks the catalog about columns it has not explained yet.
    async fn explain(
        &mut self,
        source: &mut Source,
        wire: Vec<crate::database::WireColumn>,
    ) -> Result<(), ReadError> {
        if let Origin::Table(_) = source.origin {
            return self.load_table(source).await;
        }
        match watched(self.settings, self.connection.origins(&wire)).await {
            Ok(columns) => source.query_columns = Some((wire, columns)),
            Err(error) => return Err(self.failed(source, error)),
        }
        Ok(())
    }

    /// A row did not fit the plan: finds a plan that it fits, or says why there is none.
    async fn adjust(
        &mut self,
        source: &mut Source,
        plan: &RowPlan,
        column: usize,
        misfit: &Misfit,
    ) -> Result<(), ReadError> {
        let name = plan.column_name(column).to_string();
        source.forget_plan();
        let known = match misfit {
            Misfit::Null => {
                tracing::warn!(
                    table = source.label(),
                    column = name,
                    "a column that should have no nulls has one: its field is optional from now on"
                );
                source.optional.insert(name.clone())
            }
            // The column's scale has changed since the catalog was asked.
            Misfit::Scale if source.scale_checked.insert(name.clone()) => {
                self.load_table(source).await?;
                true
            }
            Misfit::Scale | Misfit::Invalid(_) if self.settings.url.dialect == Dialect::Sqlite => {
                tracing::warn!(
                    table = source.label(),
                    column = name,
                    "a column holds a value that its declared type does not allow: it is read as text from now on"
                );
                self.metrics.counter(
                    "aqueduct_jdbc_columns_as_text_total",
                    &[("table", &source.label()), ("column", &name)],
                    1,
                );
                source.as_text.insert(name.clone())
            }
            Misfit::Scale | Misfit::Invalid(_) => false,
        };
        if known {
            return Ok(());
        }
        Err(ReadError::value(source.subject(), self.server.to_owned(), name, misfit))
    }

    fn count(&self, source: &Source, plan: &RowPlan, done: &ReadingEnd) {
        let label = source.label();
        let table = [("table", label.as_str())];
        self.metrics.counter("aqueduct_jdbc_rows_total", &table, done.rows as u64);
        if plan.foreign > 0 {
            let values = (done.rows * plan.foreign) as u64;
            self.metrics.counter("aqueduct_jdbc_unmapped_values_as_text_total", &table, values);
        }
        if done.nulled > 0 {
            self.metrics.counter("aqueduct_jdbc_invalid_values_as_null_total", &table, done.nulled);
        }
    }

    /// Whether more follows, and how much to ask for next.
    fn judge_chunk(
        &self,
        source: &mut Source,
        done: &ReadingEnd,
        limit: Option<usize>,
        first_row_after: Duration,
        total: Duration,
    ) -> ChunkEnd {
        let row_bytes = (done.bytes / done.rows.max(1)).max(1);
        let Some(limit) = limit else { return ChunkEnd::Exhausted };
        let affordable = (self.settings.chunk_max_bytes / row_bytes).clamp(1, self.settings.chunk_max_rows);
        source.chunk_rows = affordable.min(source.chunk_rows.saturating_mul(4));
        if done.rows >= limit {
            let reading = total.saturating_sub(first_row_after);
            source.read_in_one =
                first_row_after > Duration::from_millis(500) && first_row_after > reading * 4;
            return ChunkEnd::More;
        }
        match done.end {
            true => ChunkEnd::Exhausted,
            false if (limit - done.rows) * row_bytes > DRAIN_BYTES => ChunkEnd::Reconnect,
            false => ChunkEnd::More,
        }
    }

    async fn deliver(&self, records: Vec<SourceRecord>) -> Result<(), ReadError> {
        deliver(self.queue, records, self.settings.batch_max_rows).await.map_err(|_| ReadError::Stopped)
    }
}

fn failed(server: &str, source: &Source, error: DriverError) -> ReadError {
    ReadError::Statement { subject: source.subject(), server: server.to_owned(), error }
}
