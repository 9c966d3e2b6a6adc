//! Cells of MySQL's binary protocol, read without the driver's own types: zero dates, unsigned numbers and times beyond
//! a day arrive as they are.

use sqlx::mysql::{MySqlColumn, MySqlRow};
use sqlx::{Column, Decode, MySql, Row, Type, TypeInfo};

use super::catalog::integer;
use crate::moment::WallTime;
use crate::schema::{Cell, SqlType};

/// How a column's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    Signed,
    Unsigned,
    Float32,
    Float64,
    DateTime { zoned: bool },
    Time,
    Bits,
    Text,
    Bytes,
}

/// The kind of a column, and its type as far as the result tells.
pub(crate) fn classify(column: &MySqlColumn) -> (CellKind, SqlType) {
    let info = column.type_info();
    let name = info.name();
    let unsigned = name.ends_with("UNSIGNED");
    match name {
        "BOOLEAN" => (CellKind::Signed, SqlType::Int8),
        "YEAR" => (CellKind::Unsigned, SqlType::Year),
        "FLOAT" => (CellKind::Float32, SqlType::Float32),
        "DOUBLE" => (CellKind::Float64, SqlType::Float64),
        "DECIMAL" => (CellKind::Text, SqlType::Decimal { precision: None, scale: None }),
        "DATE" => (CellKind::DateTime { zoned: false }, SqlType::Date),
        "DATETIME" => (CellKind::DateTime { zoned: false }, SqlType::Timestamp { fraction_digits: 6 }),
        "TIMESTAMP" => (CellKind::DateTime { zoned: true }, SqlType::TimestampZoned { fraction_digits: 6 }),
        "TIME" => (CellKind::Time, SqlType::Time),
        "BIT" => (CellKind::Bits, SqlType::Bytes),
        "JSON" | "ENUM" | "SET" => (CellKind::Text, SqlType::Text),
        "GEOMETRY" => (CellKind::Bytes, SqlType::Bytes),
        "NULL" => (CellKind::Text, SqlType::Text),
        _ => match name.strip_suffix(" UNSIGNED").unwrap_or(name).to_ascii_lowercase().as_str() {
            whole @ ("tinyint" | "smallint" | "mediumint" | "int" | "bigint") => {
                (if unsigned { CellKind::Unsigned } else { CellKind::Signed }, integer(whole, unsigned))
            }
            // Names alone do not tell VARBINARY from a VARCHAR with a _bin collation; the driver's own rule does.
            _ if <str as Type<MySql>>::compatible(info) => (CellKind::Text, SqlType::Text),
            _ => (CellKind::Bytes, SqlType::Bytes),
        },
    }
}

/// The cell of a column of a row that came in the binary protocol.
pub(crate) fn cell(row: &MySqlRow, index: usize, kind: CellKind) -> Cell<'_> {
    let Ok(raw) = row.try_get_raw(index) else { return Cell::Null };
    let Ok(bytes) = <&[u8] as Decode<MySql>>::decode(raw) else { return Cell::Null };
    match kind {
        CellKind::Signed => Cell::Int(signed(bytes)),
        CellKind::Unsigned => Cell::Unsigned(unsigned(bytes)),
        CellKind::Float32 => Cell::Float32(f32::from_bits(unsigned(bytes) as u32)),
        CellKind::Float64 => Cell::Float64(f64::from_bits(unsigned(bytes))),
        CellKind::DateTime { zoned } => date_time(bytes, zoned),
        CellKind::Time => Cell::Time(time_micros(bytes)),
        CellKind::Bits => Cell::Bits(bytes),
        CellKind::Text => std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text),
        CellKind::Bytes => Cell::Bytes(bytes),
    }
}

/// Little-endian bytes, at most eight.
fn unsigned(bytes: &[u8]) -> u64 {
    let mut padded = [0; 8];
    let length = bytes.len().min(8);
    padded[..length].copy_from_slice(&bytes[..length]);
    u64::from_le_bytes(padded)
}

fn signed(bytes: &[u8]) -> i64 {
    let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
    ((unsigned(bytes) << unused) as i64) >> unused
}

/// Length, year (2), month, day, hour, minute, second, microseconds (4); zeros at the end are left out.
fn date_time(bytes: &[u8], zoned: bool) -> Cell<'static> {
    let part = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
    let year = unsigned(bytes.get(1..3).unwrap_or_default()) as i32;
    let micros = unsigned(bytes.get(8..12).unwrap_or_default()) as u32;
    let wall = WallTime::date(year, part(3), part(4))
        .and_then(|date| date.at(part(5), part(6), part(7), micros.saturating_mul(1000)));
    match wall {
        Some(wall) => Cell::DateTime(wall, zoned.then_some(0)),
        None => Cell::ZeroDate,
    }
}

/// Length, sign, days (4), hour, minute, second, microseconds (4).
fn time_micros(bytes: &[u8]) -> i64 {
    let part = |at: usize| i64::from(bytes.get(at).copied().unwrap_or(0));
    let days = unsigned(bytes.get(2..6).unwrap_or_default()) as i64;
    let micros = unsigned(bytes.get(9..13).unwrap_or_default()) as i64;
    let seconds = ((days * 24 + part(6)) * 60 + part(7)) * 60 + part(8);
    let total = seconds * 1_000_000 + micros;
    if part(1) == 1 { -total } else { total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_sign_and_width() {
        assert_eq!(
            (signed(&[0xff]), signed(&[0xff, 0x00]), signed(&[0, 0, 0, 0x80])),
            (-1, 255, -2_147_483_648)
        );
        assert_eq!(unsigned(&[0xff; 8]), u64::MAX);
    }

    #[test]
    fn dates_and_times_are_read_in_every_length() {
        let Cell::DateTime(wall, None) = date_time(&[4, 0xe8, 0x07, 2, 29], false) else { panic!("no date") };
        assert_eq!(wall.text(' '), "2024-02-29 00:00:00");
        let Cell::DateTime(wall, Some(0)) =
            date_time(&[11, 0xe8, 0x07, 1, 2, 3, 4, 5, 0x40, 0xe2, 0x01, 0], true)
        else {
            panic!("no instant")
        };
        assert_eq!(wall.text(' '), "2024-01-02 03:04:05.123456");
        for zero in [&[0][..], &[4, 0xe8, 0x07, 0, 0], &[7, 0, 0, 0, 0, 1, 2, 3]] {
            assert_eq!(date_time(zero, false), Cell::ZeroDate);
        }
        assert_eq!(time_micros(&[0]), 0);
        assert_eq!(time_micros(&[8, 1, 34, 0, 0, 0, 22, 59, 59]), -(838 * 3600 + 59 * 60 + 59) * 1_000_000);
    }
}
