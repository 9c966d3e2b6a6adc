//! One table or query a task reads: where reading stands, and the records its rows become.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use aqueduct_config::Secret;
use aqueduct_plugin_api::{OffsetMap, SourceRecord, Struct, Value};
use bytestring::ByteString;
use tokio::time::Instant;

use super::bounds::{Horizon, InstantForm, SqliteStyle};
use super::layout::Layout;
use crate::boundary::TimestampBoundary;
use crate::database::{TableMeta, WireColumn};
use crate::offset::{SourceOffset, legacy_table_partition, query_partition, table_partition};
use crate::query_text;
use crate::schema::{Column, DecodedRow, RowPlan, RowPlanRequest, SqlType};
use crate::settings::{Mode, SourceSettings};
use crate::table_id::TableId;

/// What is read.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    Table(TableId),
    /// The setting `query`; never shown, it may be the masked one.
    Query(Secret),
}

/// The columns of a query's result, and what the catalog knows of those that come from a table.
type QueryColumns = (Vec<WireColumn>, HashMap<(String, String), Column>);

/// A row on its way to a record, with the plan it was decoded by.
type PlannedRow = (DecodedRow, Arc<RowPlan>);

/// The columns of a result and the plan compiled for them.
#[derive(Debug)]
struct Compiled {
    wire: Vec<WireColumn>,
    plan: Arc<RowPlan>,
}

/// A table or query, and where reading it stands.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) origin: Origin,
    topic: ByteString,
    partition: Arc<OffsetMap>,
    /// The offset to begin with.
    pub(crate) stored: SourceOffset,
    pub(crate) meta: Option<TableMeta>,
    pub(crate) meta_loaded: Option<Instant>,
    pub(crate) layout: Option<Layout>,
    /// What the catalog knows of a query's columns, and for which result.
    pub(crate) query_columns: Option<QueryColumns>,
    compiled: Option<Compiled>,
    /// Columns that hold nulls in spite of the catalog, and columns read as text (SQLite).
    pub(crate) optional: BTreeSet<String>,
    pub(crate) as_text: BTreeSet<String>,
    /// Columns whose scale was looked up again.
    pub(crate) scale_checked: BTreeSet<String>,
    pub(crate) sqlite_style: Option<SqliteStyle>,
    /// Records of a statement that is over, to be delivered.
    pub(crate) ready: Vec<SourceRecord>,
    /// Literals after which reading goes on, as many as the order has or fewer; `None` before the first reading.
    pub(crate) position: Option<Vec<String>>,
    boundary: TimestampBoundary<PlannedRow>,
    pub(crate) horizon: Option<Horizon>,
    pub(crate) warned_of_writers: bool,
    /// How many rows the next statement asks for.
    pub(crate) chunk_rows: usize,
    /// The server sorts the whole table for every statement: ask once, without a limit.
    pub(crate) read_in_one: bool,
    pub(crate) due: Instant,
    pub(crate) failures: u32,
}

impl Source {
    pub(crate) fn new(origin: Origin, stored: SourceOffset, settings: &SourceSettings) -> Self {
        let (topic, partition) = match &origin {
            Origin::Query(_) => (settings.topic_prefix.clone(), query_partition()),
            Origin::Table(id) if settings.mode == Mode::Bulk => {
                (format!("{}{}", settings.topic_prefix, id.name), legacy_table_partition(id))
            }
            Origin::Table(id) => (format!("{}{}", settings.topic_prefix, id.name), table_partition(id)),
        };
        Self {
            origin,
            topic: topic.into(),
            partition,
            stored,
            meta: None,
            meta_loaded: None,
            layout: None,
            query_columns: None,
            compiled: None,
            optional: BTreeSet::new(),
            as_text: BTreeSet::new(),
            scale_checked: BTreeSet::new(),
            sqlite_style: None,
            ready: Vec::new(),
            position: None,
            boundary: TimestampBoundary::new(stored.timestamp),
            horizon: None,
            warned_of_writers: false,
            chunk_rows: settings.chunk_max_rows.min(1_000),
            read_in_one: false,
            due: Instant::now(),
            failures: 0,
        }
    }

    /// What errors call it.
    pub(crate) fn subject(&self) -> String {
        match &self.origin {
            Origin::Table(id) => format!("table {id}"),
            Origin::Query(_) => "the query".to_owned(),
        }
    }

    /// The label of its metrics.
    pub(crate) fn label(&self) -> String {
        match &self.origin {
            Origin::Table(id) => id.qualified(),
            Origin::Query(_) => "query".to_owned(),
        }
    }

    /// The plan for a result with these columns, if it was compiled before.
    pub(crate) fn plan_for(&self, wire: &[WireColumn]) -> Option<Arc<RowPlan>> {
        self.compiled.as_ref().filter(|compiled| compiled.wire == wire).map(|compiled| compiled.plan.clone())
    }

    pub(crate) fn forget_plan(&mut self) {
        self.compiled = None;
    }

    /// Makes the plan for a result with these columns. `None` if the catalog was read too early to explain them.
    pub(crate) fn compile(
        &mut self,
        wire: &[WireColumn],
        settings: &SourceSettings,
    ) -> Result<Option<Arc<RowPlan>>, String> {
        let Some(layout) = &self.layout else { return Ok(None) };
        let Some(mut columns) = self.known_columns(wire, layout.hidden) else { return Ok(None) };
        for column in &mut columns {
            if self.as_text.contains(&column.name) {
                column.sql_type = SqlType::Text;
            }
        }
        let plan = Arc::new(RowPlan::compile(RowPlanRequest {
            schema_name: match &self.origin {
                Origin::Table(id) => Some(&id.name),
                Origin::Query(_) => None,
            },
            columns,
            hidden: layout.hidden,
            optional: &self.optional,
            mapping: settings.mapping,
            key_columns: &layout.key_columns,
            position: layout.key_parts(wire)?,
            zone: settings.zone,
            zero_dates: settings.driver.zero_dates,
            invalid_as_null: settings.invalid_as_null,
        }));
        self.compiled = Some(Compiled { wire: wire.to_vec(), plan: plan.clone() });
        Ok(Some(plan))
    }

    /// The result's columns as the catalog knows them.
    fn known_columns(&self, wire: &[WireColumn], hidden: usize) -> Option<Vec<Column>> {
        let plain = |column: &WireColumn| Column {
            name: column.name.clone(),
            sql_type: match (&column.sql_type, column.scale_seen) {
                (SqlType::Decimal { precision, .. }, Some(scale)) => {
                    SqlType::Decimal { precision: *precision, scale: Some(scale) }
                }
                (sql_type, _) => sql_type.clone(),
            },
            nullable: true,
        };
        match &self.origin {
            Origin::Table(_) => {
                let meta = self.meta.as_ref()?;
                let visible = wire.len() - hidden.min(wire.len());
                let known = |(index, column): (usize, &WireColumn)| {
                    if index >= visible {
                        return Some(plain(column));
                    }
                    meta.columns.iter().find(|c| c.column.name == column.name).map(|c| c.column.clone())
                };
                (meta.columns.len() == visible).then(|| wire.iter().enumerate().map(known).collect())?
            }
            Origin::Query(query) => {
                let (explained, catalog) = self.query_columns.as_ref()?;
                if explained != wire {
                    return None;
                }
                let may_be_null = query_text::has_outer_join(query.reveal());
                let known = |column: &WireColumn| {
                    let from = column.origin.as_ref().and_then(|origin| catalog.get(origin));
                    from.map_or_else(
                        || plain(column),
                        |from| Column {
                            name: column.name.clone(),
                            nullable: from.nullable || may_be_null,
                            ..from.clone()
                        },
                    )
                };
                Some(wire.iter().map(known).collect())
            }
        }
    }

    /// Turns rows into records and puts them into `out`, as far as their offsets are known.
    pub(crate) fn absorb(
        &mut self,
        mode: Mode,
        rows: Vec<DecodedRow>,
        plan: &Arc<RowPlan>,
        out: &mut Vec<SourceRecord>,
    ) {
        out.reserve(rows.len());
        for row in rows {
            let offset = match mode {
                Mode::Bulk => None,
                Mode::Incrementing => Some(SourceOffset { incrementing: row.incrementing, timestamp: None }),
                Mode::TimestampIncrementing => {
                    Some(SourceOffset { incrementing: row.incrementing, timestamp: row.timestamp })
                }
                Mode::Timestamp => {
                    let Some(timestamp) = row.timestamp else { continue };
                    if let Some((planned, complete)) = self.boundary.push(timestamp, (row, plan.clone())) {
                        out.push(self.record(planned, timestamp_offset(complete)));
                    }
                    continue;
                }
            };
            out.push(self.record((row, plan.clone()), offset));
        }
    }

    /// Nothing follows up to the upper bound: the row held back leaves too.
    pub(crate) fn finish(&mut self, out: &mut Vec<SourceRecord>) {
        if let Some((planned, complete)) = self.boundary.finish() {
            out.push(self.record(planned, timestamp_offset(complete)));
        }
    }

    fn record(&self, (row, plan): PlannedRow, offset: Option<SourceOffset>) -> SourceRecord {
        let (key_schema, key) = plan.key_of(&row.values);
        SourceRecord {
            source_partition: self.partition.clone(),
            source_offset: offset.filter(|offset| !offset.is_empty()).map(SourceOffset::to_map),
            topic: self.topic.clone(),
            partition: None,
            key_schema,
            key,
            value_schema: Some(plan.schema.clone()),
            value: Value::Struct(Struct { schema: plan.schema.clone(), values: row.values }),
            timestamp: None,
            headers: Vec::new(),
        }
    }

    /// A reading broke off. Where rows have a total order it goes on after the last one; else it starts over behind the
    /// last timestamp that was read completely, and rows of the next one come again.
    pub(crate) fn rewind(&mut self, settings: &SourceSettings) {
        let is_total = self.layout.as_ref().is_some_and(|layout| layout.is_total);
        if is_total {
            return;
        }
        match settings.mode {
            Mode::Bulk => self.position = Some(Vec::new()),
            Mode::Timestamp => {
                self.boundary.forget_held();
                self.stored.timestamp = self.boundary.complete();
                self.position = None;
            }
            Mode::Incrementing | Mode::TimestampIncrementing => {}
        }
    }

    /// The order has changed: only its first parts, those that the mode needs, still mean something.
    pub(crate) fn keep_criteria_only(&mut self, mode: Mode) {
        let criteria = usize::from(mode.has_timestamp()) + usize::from(mode.has_incrementing());
        if let Some(position) = &mut self.position {
            position.truncate(criteria);
        }
    }

    /// Begins where the settings say; nothing was read yet.
    pub(crate) fn begin_at(&mut self, timestamp: Option<crate::moment::Moment>, incrementing: Option<i64>) {
        self.stored = SourceOffset { incrementing, timestamp };
        self.boundary = TimestampBoundary::new(timestamp);
    }

    /// How instants are written for the timestamp columns.
    pub(crate) fn instant_form<'a>(&'a self, settings: &SourceSettings) -> InstantForm<'a> {
        InstantForm {
            dialect: settings.url.dialect,
            zone: settings.zone,
            sql_type: self.layout.as_ref().and_then(|layout| layout.timestamp_types.first()),
            sqlite: self.sqlite_style.unwrap_or(SqliteStyle::Text { separator: ' ', zulu: false }),
        }
    }

    /// The position that the stored offset means.
    pub(crate) fn stored_position(&self, settings: &SourceSettings) -> Vec<String> {
        let timestamp = self.stored.timestamp.map(|moment| self.instant_form(settings).literal(moment));
        let number = self.stored.incrementing.map(|number| number.to_string());
        match settings.mode {
            Mode::Bulk => Vec::new(),
            Mode::Incrementing => number.into_iter().collect(),
            Mode::Timestamp => timestamp.into_iter().collect(),
            // A number means something only after its timestamp.
            Mode::TimestampIncrementing => match timestamp {
                Some(timestamp) => std::iter::once(timestamp).chain(number).collect(),
                None => Vec::new(),
            },
        }
    }
}

fn timestamp_offset(complete: Option<crate::moment::Moment>) -> Option<SourceOffset> {
    complete.map(|moment| SourceOffset { incrementing: None, timestamp: Some(moment) })
}
