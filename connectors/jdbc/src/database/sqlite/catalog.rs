//! What SQLite's schema says, and what its declared types mean.

use crate::database::catalog::{TableColumn, TableMeta, TextRow, indexes, text};
use crate::database::connection::text_literal;
use crate::schema::{Column, SqlType};
use crate::settings::Dialect;
use crate::table_filter::ListedTable;
use crate::table_id::TableId;

pub(crate) const TABLES: &str = "SELECT name, type FROM sqlite_master \
    WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

pub(crate) fn listed_table(row: &TextRow) -> ListedTable {
    let id = TableId { catalog: None, schema: None, name: text(row, 0).to_owned() };
    let kind = if text(row, 1) == "view" { "VIEW" } else { "TABLE" };
    ListedTable { id, kind, is_partition: false }
}

/// Name, declared type, NOT NULL, place in the primary key. Hidden columns are left out, generated ones are not.
pub(crate) fn columns_sql(table: &str) -> String {
    let table = text_literal(Dialect::Sqlite, table);
    format!(
        "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo({table}) WHERE hidden <> 1 ORDER BY cid"
    )
}

/// The columns of every unique index over whole columns and all rows.
pub(crate) fn indexes_sql(table: &str) -> String {
    let table = text_literal(Dialect::Sqlite, table);
    format!(
        "SELECT l.name, i.name FROM pragma_index_list({table}) l, pragma_index_info(l.name) i \
         WHERE l.\"unique\" = 1 AND l.partial = 0 \
         AND NOT EXISTS (SELECT 1 FROM pragma_index_info(l.name) x WHERE x.cid < 0) ORDER BY l.seq, i.seqno"
    )
}

/// A name for the hidden row number that no column takes, and a statement that works if the table has one.
pub(crate) fn row_number_probe(table: &str, columns: &[TextRow]) -> Option<(&'static str, String)> {
    let taken = |name: &str| columns.iter().any(|row| text(row, 0).eq_ignore_ascii_case(name));
    let name = ["rowid", "_rowid_", "oid"].into_iter().find(|name| !taken(name))?;
    // Before 3.36 a view had a row number that was always null; a WITHOUT ROWID table has none.
    let quoted = table.replace('"', "\"\"");
    Some((name, format!("SELECT {name} FROM \"{quoted}\" LIMIT 0")))
}

pub(crate) fn table_meta(
    id: &TableId,
    columns: &[TextRow],
    index_rows: &[TextRow],
    row_number: Option<&'static str>,
) -> TableMeta {
    let mut key: Vec<(u32, String)> = columns
        .iter()
        .filter_map(|row| {
            Some((text(row, 3).parse().ok().filter(|place| *place > 0)?, text(row, 0).to_owned()))
        })
        .collect();
    key.sort();
    let primary_key: Vec<String> = key.into_iter().map(|(_, name)| name).collect();
    let is_row_number = |row: &TextRow| {
        primary_key.len() == 1
            && text(row, 0) == primary_key[0]
            && text(row, 1).eq_ignore_ascii_case("integer")
            && row_number.is_some()
    };
    let columns: Vec<TableColumn> =
        columns.iter().map(|row| column(row, is_row_number(row), row_number.is_none())).collect();
    let mut unique = indexes(index_rows, "");
    if !primary_key.is_empty() {
        unique.retain(|columns| *columns != primary_key);
        unique.insert(0, primary_key.clone());
    }
    TableMeta { id: id.clone(), columns, primary_key, unique, row_number, select: "*".to_owned() }
}

fn column(row: &TextRow, is_row_number: bool, without_rowid: bool) -> TableColumn {
    let in_key = text(row, 3) != "0";
    let sql_type = sql_type(text(row, 1));
    TableColumn {
        // Any column may hold values of any type; only the row number is sure to hold numbers.
        can_be_key: is_row_number || (without_rowid && in_key),
        auto_increment: is_row_number,
        column: Column {
            name: text(row, 0).to_owned(),
            sql_type,
            // SQLite allows nulls in a primary key, except in the row number and in tables without one.
            nullable: text(row, 2) == "0" && !is_row_number && !(without_rowid && in_key),
        },
    }
}

/// The meaning of a declared type. SQLite gives it none beyond an affinity; whole numbers have up to 64 bits whatever
/// they are called.
pub(crate) fn sql_type(declared: &str) -> SqlType {
    let upper = declared.trim().to_ascii_uppercase();
    let (name, arguments) = upper.split_once('(').map_or((upper.as_str(), ""), |(name, rest)| (name, rest));
    let mut sizes = arguments.trim_end_matches(')').split(',').map(|size| size.trim().parse::<u32>().ok());
    let (precision, scale) = (sizes.next().flatten(), sizes.next().flatten());
    match name.trim() {
        "BOOLEAN" | "BOOL" => SqlType::Boolean,
        "TINYINT" => SqlType::Int8,
        "SMALLINT" | "INT2" => SqlType::Int16,
        "REAL" | "DOUBLE" | "DOUBLE PRECISION" | "FLOAT" => SqlType::Float64,
        "DECIMAL" | "NUMERIC" => {
            let scale = precision.map(|_| scale.unwrap_or(0) as i32);
            if name.trim() == "DECIMAL" {
                SqlType::Decimal { precision, scale }
            } else {
                SqlType::Numeric { precision, scale }
            }
        }
        "DATE" => SqlType::Date,
        "TIME" => SqlType::Time,
        "DATETIME" | "TIMESTAMP" => SqlType::Timestamp { fraction_digits: 3 },
        "BLOB" | "BINARY" | "VARBINARY" => SqlType::Bytes,
        name if name.contains("INT") => SqlType::Int64,
        name if ["CHAR", "CLOB", "TEXT"].iter().any(|word| name.contains(word)) => SqlType::Text,
        "" => SqlType::Other("untyped".to_owned()),
        "JSON" | "UUID" => SqlType::Text,
        other => SqlType::Other(other.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_have_their_usual_meaning() {
        for (declared, meaning) in [
            ("INTEGER", SqlType::Int64),
            ("unsigned big int", SqlType::Int64),
            ("VARCHAR(20)", SqlType::Text),
            ("DECIMAL(12, 2)", SqlType::Decimal { precision: Some(12), scale: Some(2) }),
            ("NUMERIC", SqlType::Numeric { precision: None, scale: None }),
            ("datetime", SqlType::Timestamp { fraction_digits: 3 }),
            ("", SqlType::Other("untyped".into())),
        ] {
            assert_eq!(sql_type(declared), meaning, "{declared}");
        }
    }
}
