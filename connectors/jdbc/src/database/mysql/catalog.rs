//! What MySQL's `information_schema` says, and what the names of its types mean.

use crate::database::catalog::{TableColumn, TableMeta, TextRow, indexes, number, text};
use crate::schema::{Column, SqlType};
use crate::settings::DriverOptions;
use crate::table_filter::ListedTable;
use crate::table_id::{Quoting, TableId};

/// All tables outside of the system's databases.
pub(crate) const TABLES: &str = "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES \
    WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1, 2";

pub(crate) fn listed_table(row: &TextRow) -> ListedTable {
    let kind = match text(row, 2) {
        "VIEW" => "VIEW",
        "SYSTEM VIEW" => "SYSTEM TABLE",
        "TEMPORARY" | "LOCAL TEMPORARY" => "LOCAL TEMPORARY",
        _ => "TABLE",
    };
    let id = TableId { catalog: Some(text(row, 0).to_owned()), schema: None, name: text(row, 1).to_owned() };
    ListedTable { id, kind, is_partition: false }
}

/// The columns of a table in order; `place` is a condition on schema and table.
pub(crate) fn columns_sql(place: &str) -> String {
    format!(
        "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, NUMERIC_PRECISION, NUMERIC_SCALE, \
         DATETIME_PRECISION, EXTRA FROM information_schema.COLUMNS WHERE {place} ORDER BY ORDINAL_POSITION"
    )
}

/// The columns of every unique index over whole columns.
pub(crate) fn indexes_sql(place: &str) -> String {
    format!(
        "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS \
         WHERE {place} AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX"
    )
}

pub(crate) fn table_meta(
    id: &TableId,
    columns: &[TextRow],
    index_rows: &[TextRow],
    options: &DriverOptions,
    quoting: Quoting,
) -> TableMeta {
    // An index over parts of columns or expressions says nothing about whole values.
    let partial: Vec<&str> = index_rows
        .iter()
        .filter(|row| row[1].is_none() || row[2].is_some())
        .map(|row| text(row, 0))
        .collect();
    let whole: Vec<TextRow> =
        index_rows.iter().filter(|row| !partial.contains(&text(row, 0))).cloned().collect();
    let unique = indexes(&whole, "PRIMARY");
    let has_primary = whole.iter().any(|row| text(row, 0) == "PRIMARY");
    let visible: Vec<&TextRow> = columns.iter().filter(|row| !text(row, 7).contains("INVISIBLE")).collect();
    TableMeta {
        id: id.clone(),
        primary_key: if has_primary { unique[0].clone() } else { Vec::new() },
        unique,
        row_number: None,
        select: select_list(&visible, quoting),
        columns: visible.into_iter().map(|row| column(row, options)).collect(),
    }
}

/// `*`, unless the driver cannot read a column (VECTOR): then every column by name, that one as text.
fn select_list(columns: &[&TextRow], quoting: Quoting) -> String {
    if columns.iter().all(|row| text(row, 1) != "vector") {
        return "*".to_owned();
    }
    let expression = |row: &&TextRow| {
        let name = quoting.identifier(text(row, 0));
        if text(row, 1) == "vector" { format!("FROM_VECTOR({name}) AS {name}") } else { name }
    };
    columns.iter().map(expression).collect::<Vec<_>>().join(", ")
}

pub(crate) fn column(row: &TextRow, options: &DriverOptions) -> TableColumn {
    let (data_type, column_type) = (text(row, 1).to_ascii_lowercase(), text(row, 2).to_ascii_lowercase());
    let sql_type = sql_type(&data_type, &column_type, row, options);
    let sorts_otherwise =
        matches!(data_type.as_str(), "enum" | "set" | "json" | "time" | "bit" | "vector" | "geometry");
    TableColumn {
        can_be_key: sql_type.can_be_key() && !sorts_otherwise,
        auto_increment: text(row, 7).contains("auto_increment"),
        column: Column { name: text(row, 0).to_owned(), sql_type, nullable: text(row, 3) == "YES" },
    }
}

fn sql_type(data_type: &str, column_type: &str, row: &TextRow, options: &DriverOptions) -> SqlType {
    let unsigned = column_type.contains("unsigned");
    let fraction_digits = number(row, 6).unwrap_or(0);
    match data_type {
        "tinyint" if column_type.starts_with("tinyint(1)") && options.tinyint1_is_bit => {
            if options.bit_is_boolean { SqlType::Boolean } else { SqlType::Int8 }
        }
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => integer(data_type, unsigned),
        "decimal" | "numeric" => SqlType::Decimal { precision: number(row, 4), scale: number(row, 5) },
        "float" => SqlType::Float32,
        "double" => SqlType::Float64,
        "bit" if column_type == "bit(1)" => {
            if options.bit_is_boolean {
                SqlType::Boolean
            } else {
                SqlType::Int8
            }
        }
        "date" => SqlType::Date,
        "datetime" => SqlType::Timestamp { fraction_digits },
        "timestamp" => SqlType::TimestampZoned { fraction_digits },
        "time" => SqlType::Time,
        "year" if options.year_is_date => SqlType::Year,
        "year" => SqlType::Int16,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set" | "json" => {
            SqlType::Text
        }
        // MariaDB has types of its own that it sends as text.
        "uuid" | "inet4" | "inet6" => SqlType::Text,
        "bit" | "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => SqlType::Bytes,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => SqlType::Bytes,
        other => SqlType::Other(other.to_owned()),
    }
}

/// JDBC's type of a whole number: the next larger one if it is unsigned.
pub(crate) fn integer(name: &str, unsigned: bool) -> SqlType {
    match (name, unsigned) {
        ("tinyint", false) => SqlType::Int8,
        ("tinyint", true) | ("smallint", false) => SqlType::Int16,
        ("smallint", true) | ("mediumint" | "int", false) => SqlType::Int32,
        ("bigint", true) => SqlType::UnsignedInt64,
        _ => SqlType::Int64,
    }
}
