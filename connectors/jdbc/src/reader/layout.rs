//! How a table is read in a mode: what to select, in which order, and whether a reading can be cut anywhere.

use crate::criteria::Statement;
use crate::database::{TableMeta, WireColumn};
use crate::schema::{KeyPart, SqlType};
use crate::settings::{Mode, SourceSettings};
use crate::table_id::TableId;

/// Why a table cannot be read in the mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LayoutError {
    #[error("it has no column {0}, which {1} names")]
    NoColumn(String, &'static str),
    #[error("it has no auto-increment column; name the incrementing column with incrementing.column.name")]
    NoAutoIncrement,
    #[error(
        "the incrementing column {0} may be null; rows with nulls there would never be read (validate.non.null=false allows that)"
    )]
    NullableIncrementing(String),
    #[error(
        "every timestamp column ({0}) may be null; rows with nulls there would never be read (validate.non.null=false allows that)"
    )]
    NullableTimestamps(String),
    #[error("the incrementing column {0} is of type {1}, not a whole number")]
    NotANumber(String, String),
    #[error("no entry of {0} matches it")]
    NoMapping(&'static str),
    #[error("more than one entry of {0} matches it")]
    ManyMappings(&'static str),
    #[error("it has no column {0}, which key.columns names")]
    NoKeyColumn(String),
}

/// A part of the order: an expression, and the columns it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum OrderPart {
    Timestamp(Vec<String>),
    Incrementing(String),
    Key(String),
}

/// How a table or query is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// `SELECT … FROM …`.
    pub(crate) base: String,
    parts: Vec<OrderPart>,
    /// The expressions of the order.
    pub(crate) order: Vec<String>,
    /// No two rows are equal in the order: a reading can be cut after any row and continued there.
    pub(crate) is_total: bool,
    /// Columns at the end of the result that are ours.
    pub(crate) hidden: usize,
    /// Types of the timestamp columns.
    pub(crate) timestamp_types: Vec<SqlType>,
    /// The expression of the incrementing column.
    pub(crate) incrementing: Option<String>,
    /// An expression to keep nulls out.
    pub(crate) not_null: Option<String>,
    pub(crate) key_columns: Vec<String>,
}

/// The alias of SQLite's row number in results.
const ROW_NUMBER_ALIAS: &str = "aqueduct_row_number";

impl Layout {
    /// How a table is read.
    pub(crate) fn of_table(meta: &TableMeta, settings: &SourceSettings) -> Result<Self, LayoutError> {
        let timestamps = timestamp_columns(meta, settings)?;
        let incrementing = incrementing_column(meta, settings)?;
        let mut parts = Vec::new();
        if !timestamps.is_empty() {
            parts.push(OrderPart::Timestamp(timestamps.clone()));
        }
        if let Some(column) = &incrementing {
            parts.push(OrderPart::Incrementing(column.clone()));
        }
        let quoting = settings.quoting;
        let mut select = meta.select.clone();
        let mut hidden = 0;
        let mut is_total = incrementing.as_ref().is_some_and(|column| meta.is_unique(column));
        if !is_total {
            if let Some(columns) = meta.total_order() {
                let used = incrementing.clone();
                parts.extend(columns.into_iter().filter(|c| Some(c) != used.as_ref()).map(OrderPart::Key));
                is_total = true;
            } else if let Some(row_number) = meta.row_number {
                select = format!("{select}, {row_number} AS {ROW_NUMBER_ALIAS}");
                hidden = 1;
                parts.push(OrderPart::Key(row_number.to_owned()));
                is_total = true;
            }
        }
        let types = timestamps.iter().filter_map(|name| meta.sql_type(name).cloned()).collect();
        let mut layout = Self::of_parts(parts, settings);
        layout.base = format!("SELECT {select} FROM {}", meta.id.sql(quoting));
        layout.is_total = is_total;
        layout.hidden = hidden;
        layout.timestamp_types = types;
        layout.key_columns = key_columns(meta, settings)?;
        Ok(layout)
    }

    /// Everything because of which a table cannot be read in the mode.
    pub(crate) fn complaints(meta: &TableMeta, settings: &SourceSettings) -> Vec<LayoutError> {
        [
            timestamp_columns(meta, settings).err(),
            incrementing_column(meta, settings).err(),
            key_columns(meta, settings).err(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How a custom query is read: nothing is known of its keys.
    pub(crate) fn of_query(query: &str, settings: &SourceSettings) -> Self {
        let mut parts = Vec::new();
        if settings.mode.has_timestamp() {
            parts.push(OrderPart::Timestamp(settings.timestamp_columns.clone()));
        }
        if settings.mode.has_incrementing() {
            parts.push(OrderPart::Incrementing(settings.incrementing_column.clone()));
        }
        let mut layout = Self::of_parts(parts, settings);
        layout.base = if settings.mode == Mode::Bulk {
            query.trim().trim_end_matches(';').to_owned()
        } else {
            crate::query_text::with_room_for_criteria(query)
        };
        if let crate::settings::KeyColumns::Named(names) = &settings.key_columns {
            layout.key_columns.clone_from(names);
        }
        layout
    }

    fn of_parts(parts: Vec<OrderPart>, settings: &SourceSettings) -> Self {
        let identifier = |name: &String| settings.quoting.identifier(name);
        let expression = |part: &OrderPart| match part {
            OrderPart::Timestamp(columns) if columns.len() > 1 => {
                format!("COALESCE({})", columns.iter().map(identifier).collect::<Vec<_>>().join(", "))
            }
            OrderPart::Timestamp(columns) => columns.iter().map(identifier).collect(),
            OrderPart::Incrementing(column) | OrderPart::Key(column) => identifier(column),
        };
        let order: Vec<String> = parts.iter().map(expression).collect();
        let incrementing = parts.iter().zip(&order).find_map(|(part, expression)| {
            matches!(part, OrderPart::Incrementing(_)).then(|| expression.clone())
        });
        let not_null = if settings.mode == Mode::Incrementing { incrementing.clone() } else { None };
        Self {
            base: String::new(),
            parts,
            order,
            is_total: false,
            hidden: 0,
            timestamp_types: Vec::new(),
            incrementing,
            not_null,
            key_columns: Vec::new(),
        }
    }

    /// Where the parts of the order stand in a result; the name of a column it does not have is the error.
    pub(crate) fn key_parts(&self, wire: &[WireColumn]) -> Result<Vec<KeyPart>, String> {
        let find = |name: &String| {
            let exact = wire.iter().position(|column| column.name == *name);
            exact
                .or_else(|| wire.iter().position(|c| c.name.eq_ignore_ascii_case(name)))
                .ok_or_else(|| name.clone())
        };
        let hidden = wire.len().checked_sub(1).filter(|_| self.hidden > 0);
        let part = |part: &OrderPart| {
            Ok(match part {
                OrderPart::Timestamp(names) => {
                    KeyPart::Timestamp(names.iter().map(find).collect::<Result<_, _>>()?)
                }
                OrderPart::Incrementing(name) => KeyPart::Incrementing(find(name)?),
                OrderPart::Key(_) if hidden.is_some() => KeyPart::Column(hidden.unwrap_or_default()),
                OrderPart::Key(name) => KeyPart::Column(find(name)?),
            })
        };
        self.parts.iter().map(part).collect()
    }

    /// The statement that reads on.
    pub(crate) fn statement<'a>(&'a self, after: &'a [String], suffix: &'a str) -> Statement<'a> {
        Statement {
            base: &self.base,
            order: &self.order,
            after,
            below: None,
            at_most: None,
            not_null: self.not_null.as_deref(),
            limit: None,
            suffix,
        }
    }
}

fn timestamp_columns(meta: &TableMeta, settings: &SourceSettings) -> Result<Vec<String>, LayoutError> {
    if !settings.mode.has_timestamp() {
        return Ok(Vec::new());
    }
    const NAME: &str = "timestamp.column.name";
    const MAPPING: &str = "timestamp.columns.mapping";
    let (names, key) = if settings.timestamp_mapping.is_empty() {
        (settings.timestamp_columns.clone(), NAME)
    } else {
        (mapped(&meta.id, &settings.timestamp_mapping, MAPPING)?, MAPPING)
    };
    let mut found = Vec::new();
    for name in &names {
        found.push(meta.column(name).ok_or_else(|| LayoutError::NoColumn(name.clone(), key))?);
    }
    if settings.validate_non_null && found.iter().all(|column| column.column.nullable) {
        return Err(LayoutError::NullableTimestamps(names.join(", ")));
    }
    Ok(found.into_iter().map(|column| column.column.name.clone()).collect())
}

fn incrementing_column(meta: &TableMeta, settings: &SourceSettings) -> Result<Option<String>, LayoutError> {
    if !settings.mode.has_incrementing() {
        return Ok(None);
    }
    const NAME: &str = "incrementing.column.name";
    const MAPPING: &str = "incrementing.column.mapping";
    let column = if !settings.incrementing_mapping.is_empty() {
        let names = mapped(&meta.id, &settings.incrementing_mapping, MAPPING)?;
        let name = names.first().cloned().unwrap_or_default();
        meta.column(&name).ok_or(LayoutError::NoColumn(name, MAPPING))?
    } else if settings.incrementing_column.is_empty() {
        meta.auto_increment().ok_or(LayoutError::NoAutoIncrement)?
    } else {
        let name = settings.incrementing_column.clone();
        meta.column(&name).ok_or(LayoutError::NoColumn(name, NAME))?
    };
    let (name, sql_type) = (column.column.name.clone(), &column.column.sql_type);
    if !matches!(
        sql_type,
        SqlType::Int8
            | SqlType::Int16
            | SqlType::Int32
            | SqlType::Int64
            | SqlType::UnsignedInt64
            | SqlType::Decimal { .. }
            | SqlType::Numeric { .. }
    ) {
        return Err(LayoutError::NotANumber(name, format!("{sql_type:?}")));
    }
    if settings.validate_non_null && column.column.nullable {
        return Err(LayoutError::NullableIncrementing(name));
    }
    Ok(Some(name))
}

/// The columns of the one entry of a mapping that matches the table.
fn mapped(
    id: &TableId,
    mapping: &[(regex::Regex, Vec<String>)],
    key: &'static str,
) -> Result<Vec<String>, LayoutError> {
    let name = id.qualified();
    let mut matching = mapping.iter().filter(|(pattern, _)| pattern.is_match(&name));
    match (matching.next(), matching.next()) {
        (Some((_, columns)), None) => Ok(columns.clone()),
        (None, _) => Err(LayoutError::NoMapping(key)),
        (Some(_), Some(_)) => Err(LayoutError::ManyMappings(key)),
    }
}

fn key_columns(meta: &TableMeta, settings: &SourceSettings) -> Result<Vec<String>, LayoutError> {
    use crate::settings::KeyColumns;
    match &settings.key_columns {
        KeyColumns::None => Ok(Vec::new()),
        KeyColumns::PrimaryKey => Ok(meta.primary_key.clone()),
        KeyColumns::Named(names) => match names.iter().find(|name| meta.position(name).is_none()) {
            Some(missing) => Err(LayoutError::NoKeyColumn(missing.clone())),
            None => Ok(names.clone()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::TableColumn;
    use crate::schema::Column;

    fn meta(unique: &[&[&str]]) -> TableMeta {
        let column = |name: &str, sql_type, nullable| TableColumn {
            can_be_key: true,
            auto_increment: name == "id",
            column: Column { name: name.into(), sql_type, nullable },
        };
        TableMeta {
            id: TableId { catalog: Some("shop".into()), schema: None, name: "orders".into() },
            columns: vec![
                column("id", SqlType::Int64, false),
                column("at", SqlType::Timestamp { fraction_digits: 0 }, false),
                column("maybe", SqlType::Timestamp { fraction_digits: 0 }, true),
            ],
            primary_key: Vec::new(),
            unique: unique.iter().map(|columns| columns.iter().map(|c| (*c).to_owned()).collect()).collect(),
            row_number: None,
            select: "*".into(),
        }
    }

    fn settings(pairs: &[(&str, &str)]) -> SourceSettings {
        let mut config: aqueduct_plugin_api::ConfigMap =
            pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        config.insert("connection.url".into(), "jdbc:mysql://h/shop".into());
        SourceSettings::parse(&config).unwrap()
    }

    #[test]
    fn a_unique_key_makes_a_reading_by_timestamp_continue_anywhere() {
        let settings = settings(&[("mode", "timestamp"), ("timestamp.column.name", "maybe,at")]);
        let layout = Layout::of_table(&meta(&[&["id"]]), &settings).unwrap();
        assert_eq!(layout.order, ["COALESCE(`maybe`, `at`)", "`id`"]);
        assert!(layout.is_total);
        let layout = Layout::of_table(&meta(&[]), &settings).unwrap();
        assert_eq!((layout.order.len(), layout.is_total), (1, false));
    }

    #[test]
    fn a_unique_incrementing_column_is_enough() {
        let settings = settings(&[("mode", "incrementing")]);
        let layout = Layout::of_table(&meta(&[&["id"]]), &settings).unwrap();
        assert_eq!((layout.order, layout.is_total), (vec!["`id`".to_owned()], true));
        assert_eq!(layout.base, "SELECT * FROM `shop`.`orders`");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let layout = |pairs: &[(&str, &str)]| Layout::of_table(&meta(&[]), &settings(pairs)).unwrap_err();
        assert_eq!(
            layout(&[("mode", "incrementing"), ("incrementing.column.name", "nr")]),
            LayoutError::NoColumn("nr".into(), "incrementing.column.name")
        );
        assert_eq!(
            layout(&[("mode", "timestamp"), ("timestamp.column.name", "maybe")]),
            LayoutError::NullableTimestamps("maybe".into())
        );
        assert!(matches!(
            layout(&[("mode", "incrementing"), ("incrementing.column.name", "at")]),
            LayoutError::NotANumber(..)
        ));
        assert_eq!(layout(&[("mode", "bulk"), ("key.columns", "x")]), LayoutError::NoKeyColumn("x".into()));
    }
}
