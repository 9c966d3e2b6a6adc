//! What PostgreSQL's catalog says, and what its types mean.

use crate::database::catalog::{TableColumn, TableMeta, TextRow, indexes, number, text};
use crate::schema::{Column, SqlType};
use crate::table_filter::ListedTable;
use crate::table_id::TableId;

/// All tables and views outside of the system's schemas.
pub(crate) const TABLES: &str = "SELECT n.nspname, c.relname, c.relkind, c.relispartition \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') \
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2";

pub(crate) fn listed_table(row: &TextRow) -> ListedTable {
    let kind = match text(row, 2) {
        "v" => "VIEW",
        "m" => "MATERIALIZED VIEW",
        "f" => "FOREIGN TABLE",
        "p" => "PARTITIONED TABLE",
        _ => "TABLE",
    };
    let id = TableId { catalog: None, schema: Some(text(row, 0).to_owned()), name: text(row, 1).to_owned() };
    ListedTable { id, kind, is_partition: text(row, 3) == "t" }
}

/// The columns of the table with this oid. A domain shows the type below it.
pub(crate) fn columns_sql(oid: &str) -> String {
    format!(
        "SELECT a.attname, COALESCE(b.typname, t.typname), \
         CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, a.attnotnull OR t.typnotnull, \
         a.attidentity <> '' OR COALESCE(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false), a.attnum, \
         COALESCE(b.typtype, t.typtype), e.typname, format_type(a.atttypid, a.atttypmod) \
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd' \
         LEFT JOIN pg_type e ON e.oid = COALESCE(b.typelem, t.typelem) AND COALESCE(b.typcategory, t.typcategory) = 'A' \
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )
}

pub(crate) fn attribute_number(row: &TextRow) -> String {
    text(row, 5).to_owned()
}

/// The columns of every valid unique index over whole columns and all rows, the primary key's first.
pub(crate) fn indexes_sql(oid: &str) -> String {
    format!(
        "SELECT CASE WHEN i.indisprimary THEN 'PRIMARY' ELSE i.indexrelid::text END, a.attname FROM pg_index i, \
         unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place) \
         JOIN pg_attribute a ON a.attnum = k.attnum AND a.attrelid = {oid} \
         WHERE i.indrelid = {oid} AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL \
         AND i.indexprs IS NULL AND k.place <= i.indnkeyatts ORDER BY i.indisprimary DESC, i.indexrelid, k.place"
    )
}

pub(crate) fn table_meta(id: &TableId, columns: &[TextRow], index_rows: &[TextRow]) -> TableMeta {
    let unique = indexes(index_rows, "PRIMARY");
    let has_primary = index_rows.first().is_some_and(|row| text(row, 0) == "PRIMARY");
    TableMeta {
        id: id.clone(),
        primary_key: if has_primary { unique[0].clone() } else { Vec::new() },
        unique,
        row_number: None,
        select: "*".to_owned(),
        columns: columns.iter().map(column).collect(),
    }
}

pub(crate) fn column(row: &TextRow) -> TableColumn {
    let is_enum = text(row, 6) == "e";
    let modifier = number(row, 2).unwrap_or(-1);
    let sql_type = match row.get(7).and_then(|element| element.as_deref()) {
        Some(element) => SqlType::Array(Box::new(sql_type(element, modifier))),
        // An enum sorts by the order of its labels, which its text does not show; as text it is complete.
        None if is_enum => SqlType::Text,
        None => sql_type(text(row, 1), modifier),
    };
    let fixed_text = matches!(text(row, 1), "bpchar" | "timetz" | "json");
    TableColumn {
        can_be_key: sql_type.can_be_key() && !is_enum && !fixed_text,
        auto_increment: text(row, 4) == "t",
        column: Column { name: text(row, 0).to_owned(), sql_type, nullable: text(row, 3) != "t" },
    }
}

/// The meaning of a type's internal name with its modifier (−1 for none).
fn sql_type(name: &str, modifier: i32) -> SqlType {
    let fraction_digits = if (0..=6).contains(&modifier) { modifier as u32 } else { 6 };
    match name {
        "bool" => SqlType::Boolean,
        "int2" => SqlType::Int16,
        "int4" => SqlType::Int32,
        "int8" | "oid" => SqlType::Int64,
        "float4" => SqlType::Float32,
        "float8" => SqlType::Float64,
        "numeric" => numeric(modifier),
        "text" | "varchar" | "bpchar" | "name" | "char" | "json" | "jsonb" | "xml" | "citext" => {
            SqlType::Text
        }
        "uuid" => SqlType::Other("uuid".to_owned()),
        "bytea" => SqlType::Bytes,
        "bit" if modifier > 0 => SqlType::Bits(modifier as u32),
        "varbit" | "bit" => SqlType::Bits(u32::MAX),
        "date" => SqlType::Date,
        "time" | "timetz" => SqlType::Time,
        "timestamp" => SqlType::Timestamp { fraction_digits },
        "timestamptz" => SqlType::TimestampZoned { fraction_digits },
        other => SqlType::Other(other.to_owned()),
    }
}

/// Precision and scale are packed into the modifier; the scale is signed since version 15.
fn numeric(modifier: i32) -> SqlType {
    if modifier < 4 {
        return SqlType::Numeric { precision: None, scale: None };
    }
    let packed = modifier - 4;
    let scale = ((packed & 0x7ff) ^ 1024) - 1024;
    SqlType::Numeric { precision: Some((packed >> 16 & 0xffff) as u32), scale: Some(scale) }
}

/// The type of a column of a result by the type's oid, where no table's column explains it.
pub(crate) fn type_of_oid(oid: u32, name: &str) -> SqlType {
    let known = match oid {
        16 => "bool",
        17 => "bytea",
        20 => "int8",
        21 => "int2",
        23 => "int4",
        25 | 18 | 19 | 1042 | 1043 | 705 => "text",
        26 => "oid",
        114 | 3802 => "json",
        700 => "float4",
        701 => "float8",
        1082 => "date",
        1083 | 1266 => "time",
        1114 => "timestamp",
        1184 => "timestamptz",
        1560 | 1562 => "varbit",
        1700 => "numeric",
        2950 => "uuid",
        _ => name,
    };
    sql_type(known, -1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerics_carry_precision_and_scale() {
        let modifier = |precision: i32, scale: i32| (precision << 16 | (scale & 0x7ff)) + 4;
        assert_eq!(
            sql_type("numeric", modifier(12, 2)),
            SqlType::Numeric { precision: Some(12), scale: Some(2) }
        );
        assert_eq!(
            sql_type("numeric", modifier(3, -2)),
            SqlType::Numeric { precision: Some(3), scale: Some(-2) }
        );
        assert_eq!(sql_type("numeric", -1), SqlType::Numeric { precision: None, scale: None });
        assert_eq!(sql_type("timestamptz", 3), SqlType::TimestampZoned { fraction_digits: 3 });
        assert_eq!(sql_type("hstore", -1), SqlType::Other("hstore".into()));
    }
}
