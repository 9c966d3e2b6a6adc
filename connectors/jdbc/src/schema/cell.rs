//! One cell of a row as the drivers read it, and the value it becomes.

use aqueduct_plugin_api::{Decimal, Value};
use num_bigint::BigInt;

use super::mapping::Target;
use super::pg_array;
use super::text_arena::TextArena;
use crate::moment::{WallTime, Zone, fraction_nanos};
use crate::settings::ZeroDates;

/// A cell in the form the driver has it, borrowed from the row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Int(i64),
    Unsigned(u64),
    Float32(f32),
    Float64(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// PostgreSQL's text form of bytes: `\x41`.
    Hex(&'a str),
    /// PostgreSQL's text form of bits: `0101`.
    BitText(&'a str),
    /// Bits as a big-endian number (MySQL).
    Bits(&'a [u8]),
    /// A wall time, and its offset from UTC in seconds if the type has one.
    DateTime(WallTime, Option<i64>),
    /// MySQL's `0000-00-00` and dates with a zero month or day.
    ZeroDate,
    /// A time of day or a duration in microseconds.
    Time(i64),
}

/// Why a cell does not become the value its column's schema asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// A null where the schema allows none.
    Null,
    /// A decimal with more digits after the point than the schema says: the column has changed.
    Scale,
    /// A value outside of what the Connect type holds; the text says which.
    Invalid(String),
}

/// Everything conversion depends on besides cell and target.
#[derive(Debug)]
pub(crate) struct Fit<'a> {
    pub(crate) zone: Zone,
    pub(crate) zero_dates: ZeroDates,
    pub(crate) arena: &'a mut TextArena,
}

impl Fit<'_> {
    /// The value of a cell.
    pub(crate) fn value(&mut self, cell: Cell<'_>, target: &Target) -> Result<Value, Misfit> {
        if cell == Cell::Null {
            return Ok(Value::Null);
        }
        match target {
            Target::Bool => boolean(cell).map(Value::Bool),
            Target::Int8 => integer(cell).and_then(|n| narrow(n, Value::Int8)),
            Target::Int16 => integer(cell).and_then(|n| narrow(n, Value::Int16)),
            Target::Int32 => integer(cell).and_then(|n| narrow(n, Value::Int32)),
            Target::Int64 => integer(cell).and_then(|n| narrow(n, Value::Int64)),
            Target::Float32 => float(cell).map(|n| Value::Float32(n as f32)),
            Target::Float64 => float(cell).map(Value::Float64),
            Target::Decimal { scale } => decimal(cell, *scale),
            Target::Text | Target::ForeignText => self.text(cell),
            Target::Bytes => self.bytes(cell),
            Target::Date | Target::YearDate | Target::Timestamp(_) => self.temporal(cell, target),
            Target::Time => time(cell),
            Target::Array(element) => match cell {
                Cell::Text(text) => pg_array::parse(text, &mut |item| self.value(item, element)),
                other => invalid(other),
            },
        }
    }

    /// The text of any cell.
    fn text(&mut self, cell: Cell<'_>) -> Result<Value, Misfit> {
        Ok(Value::String(match cell {
            Cell::Text(text) | Cell::Hex(text) | Cell::BitText(text) => self.arena.text(text),
            Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => self.arena.text(text),
                Err(_) => return invalid(cell),
            },
            other => self.arena.text(&show(other)),
        }))
    }

    fn bytes(&mut self, cell: Cell<'_>) -> Result<Value, Misfit> {
        Ok(Value::Bytes(match cell {
            Cell::Bytes(bytes) | Cell::Bits(bytes) => self.arena.bytes(bytes),
            Cell::Text(text) => self.arena.bytes(text.as_bytes()),
            Cell::Hex(text) => self.arena.bytes(&unhex(text).ok_or_else(|| misfit(cell))?),
            Cell::BitText(text) => self.arena.bytes(&pack_bits(text)),
            other => return invalid(other),
        }))
    }

    fn temporal(&mut self, cell: Cell<'_>, target: &Target) -> Result<Value, Misfit> {
        let (wall, offset) = match cell {
            Cell::DateTime(wall, offset) => (wall, offset),
            Cell::ZeroDate => match self.zero_dates {
                ZeroDates::Null => return Ok(Value::Null),
                ZeroDates::Round => (WallTime::date(1, 1, 1).ok_or_else(|| misfit(cell))?, None),
                ZeroDates::Fail => return invalid(cell),
            },
            Cell::Text(text) => WallTime::parse(text).ok_or_else(|| misfit(cell))?,
            Cell::Unsigned(0) => return Ok(Value::Null),
            Cell::Unsigned(year) if *target == Target::YearDate => {
                let first = i32::try_from(year).ok().and_then(|year| WallTime::date(year, 1, 1));
                (first.ok_or_else(|| misfit(cell))?, None)
            }
            // SQLite: milliseconds since 1970, as its JDBC driver stores date-times by default.
            Cell::Int(millis) => (crate::moment::Moment::from_millis(millis).to_wall(Zone::Utc), Some(0)),
            other => return invalid(other),
        };
        let Target::Timestamp(granularity) = target else {
            return i32::try_from(wall.day).map(Value::Date).map_err(|_| misfit(cell));
        };
        let moment = match offset {
            Some(0) => wall.to_moment(Zone::Utc),
            Some(seconds) => wall.to_moment(Zone::Fixed(seconds as i32)),
            None => wall.to_moment(self.zone),
        };
        granularity.value(moment, self.zone).ok_or_else(|| misfit(cell))
    }
}

fn misfit(cell: Cell<'_>) -> Misfit {
    Misfit::Invalid(show(cell).chars().take(64).collect())
}

fn invalid<T>(cell: Cell<'_>) -> Result<T, Misfit> {
    Err(misfit(cell))
}

fn narrow<T: TryFrom<i128>>(number: i128, value: fn(T) -> Value) -> Result<Value, Misfit> {
    T::try_from(number).map(value).map_err(|_| Misfit::Invalid(number.to_string()))
}

fn boolean(cell: Cell<'_>) -> Result<bool, Misfit> {
    match cell {
        Cell::Int(number) => Ok(number != 0),
        Cell::Unsigned(number) => Ok(number != 0),
        Cell::Bits(bytes) => Ok(bytes.iter().any(|byte| *byte != 0)),
        Cell::Text(text) | Cell::BitText(text) => match text {
            "t" | "true" | "TRUE" | "1" | "y" | "on" => Ok(true),
            "f" | "false" | "FALSE" | "0" | "n" | "off" => Ok(false),
            _ => invalid(cell),
        },
        other => invalid(other),
    }
}

fn integer(cell: Cell<'_>) -> Result<i128, Misfit> {
    match cell {
        Cell::Int(number) => Ok(number.into()),
        Cell::Unsigned(number) => Ok(number.into()),
        Cell::Text(text) => whole(text).ok_or_else(|| misfit(cell)),
        Cell::BitText(text) => i128::from_str_radix(text, 2).map_err(|_| misfit(cell)),
        Cell::Bits(bytes) if bytes.len() <= 8 => {
            Ok(bytes.iter().fold(0, |number, byte| number << 8 | i128::from(*byte)))
        }
        Cell::Float64(number) if number.fract() == 0.0 && number.abs() < 9.2e18 => Ok(number as i128),
        other => invalid(other),
    }
}

/// A whole number, perhaps written with zeros after a point.
fn whole(text: &str) -> Option<i128> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    fraction.bytes().all(|b| b == b'0').then(|| whole.parse().ok())?
}

fn float(cell: Cell<'_>) -> Result<f64, Misfit> {
    match cell {
        Cell::Float32(number) => Ok(number.into()),
        Cell::Float64(number) => Ok(number),
        Cell::Int(number) => Ok(number as f64),
        Cell::Unsigned(number) => Ok(number as f64),
        // PostgreSQL writes Infinity and NaN in a way that Rust reads.
        Cell::Text(text) => text.parse().map_err(|_| misfit(cell)),
        other => invalid(other),
    }
}

fn decimal(cell: Cell<'_>, scale: i32) -> Result<Value, Misfit> {
    let decimal = match cell {
        Cell::Int(number) => Decimal::new(number, 0),
        Cell::Unsigned(number) => Decimal::new(number, 0),
        Cell::Text(text) => match short_decimal(text, scale) {
            Some(value) => return Ok(value),
            None => text.parse().map_err(|_| misfit(cell))?,
        },
        Cell::Float64(number) if number.is_finite() => {
            number.to_string().parse().map_err(|_| misfit(cell))?
        }
        other => return invalid(other),
    };
    decimal.with_scale(scale).map(Value::Decimal).ok_or(Misfit::Scale)
}

/// The usual case without a detour: up to 18 digits with exactly the scale asked for.
fn short_decimal(text: &str, scale: i32) -> Option<Value> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, bytes),
    };
    let point = digits.len().checked_sub(scale as usize + usize::from(scale > 0))?;
    if !(0..=18).contains(&scale) || digits.len() > 19 || (scale > 0 && digits.get(point) != Some(&b'.')) {
        return None;
    }
    let mut number = 0i64;
    for (at, digit) in digits.iter().enumerate() {
        if at == point && scale > 0 {
            continue;
        }
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
    }
    let number = if negative { -number } else { number };
    Some(Value::Decimal(Decimal { unscaled: BigInt::from(number), scale }))
}

const DAY_MICROS: i64 = 86_400_000_000;

fn time(cell: Cell<'_>) -> Result<Value, Misfit> {
    let micros = match cell {
        Cell::Time(micros) => micros,
        Cell::Text(text) => parse_time(text).ok_or_else(|| misfit(cell))?,
        Cell::Int(millis) => millis.rem_euclid(86_400_000) * 1000,
        other => return invalid(other),
    };
    if !(0..DAY_MICROS).contains(&micros) {
        return Err(Misfit::Invalid(show(Cell::Time(micros))));
    }
    Ok(Value::Time((micros / 1000) as i32))
}

/// `12:34:56.789`, with an offset after it that is dropped, as JDBC drops it.
fn parse_time(text: &str) -> Option<i64> {
    let text = text.split(['+', '-', 'Z']).next()?;
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let nanos = if fraction.is_empty() { 0 } else { fraction_nanos(fraction.as_bytes())? };
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + i64::from(nanos / 1000))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let nibble = |byte: u8| char::from(byte).to_digit(16).map(|n| n as u8);
    digits.chunks(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect()
}

/// Bits from the left, the last byte filled with zeros.
fn pack_bits(text: &str) -> Vec<u8> {
    let pack = |bits: &[u8]| {
        bits.iter().enumerate().fold(0u8, |byte, (at, bit)| byte | u8::from(*bit == b'1') << (7 - at))
    };
    text.as_bytes().chunks(8).map(pack).collect()
}

/// A cell as the server would write it.
pub(crate) fn show(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Unsigned(number) => number.to_string(),
        Cell::Float32(number) => number.to_string(),
        Cell::Float64(number) => number.to_string(),
        Cell::Text(text) | Cell::Hex(text) | Cell::BitText(text) => text.to_owned(),
        Cell::Bytes(bytes) | Cell::Bits(bytes) => {
            bytes.iter().take(64).fold("0x".to_owned(), |text, byte| format!("{text}{byte:02X}"))
        }
        Cell::DateTime(wall, _) => wall.text(' '),
        Cell::ZeroDate => "0000-00-00".to_owned(),
        Cell::Time(micros) => {
            let sign = if micros < 0 { "-" } else { "" };
            let (seconds, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
            let clock = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            if fraction == 0 { clock } else { format!("{clock}.{fraction:06}") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Granularity;

    fn fit(cell: Cell<'_>, target: Target) -> Result<Value, Misfit> {
        let mut arena = TextArena::default();
        Fit { zone: Zone::Utc, zero_dates: ZeroDates::Null, arena: &mut arena }.value(cell, &target)
    }

    #[test]
    fn decimals_keep_every_digit() {
        let value = |text, scale| fit(Cell::Text(text), Target::Decimal { scale });
        assert_eq!(value("-12.30", 2), Ok(Value::Decimal(Decimal::new(-1230, 2))));
        assert_eq!(value("12.3", 2), Ok(Value::Decimal(Decimal::new(1230, 2))));
        assert_eq!(value("0.001", 2), Err(Misfit::Scale));
        assert_eq!(value("NaN", 2), Err(Misfit::Invalid("NaN".into())));
        let long = "123456789012345678901234567890.12";
        let Ok(Value::Decimal(decimal)) = value(long, 2) else { panic!("no decimal") };
        assert_eq!(decimal.to_string(), long);
        assert_eq!(value("7", 0), Ok(Value::Decimal(Decimal::new(7, 0))));
    }

    #[test]
    fn numbers_that_do_not_fit_are_named() {
        assert_eq!(
            fit(Cell::Unsigned(u64::MAX), Target::Int64),
            Err(Misfit::Invalid("18446744073709551615".into()))
        );
        assert_eq!(fit(Cell::Int(300), Target::Int8), Err(Misfit::Invalid("300".into())));
        assert_eq!(
            fit(Cell::Time(838 * 3_600_000_000), Target::Time),
            Err(Misfit::Invalid("838:00:00".into()))
        );
        assert_eq!(fit(Cell::Text("838:00:00"), Target::Time), Err(Misfit::Invalid("838:00:00".into())));
    }

    #[test]
    fn dates_and_times_become_connects() {
        assert_eq!(fit(Cell::Text("1970-01-02"), Target::Date), Ok(Value::Date(1)));
        let timestamp = Target::Timestamp(Granularity::ConnectLogical);
        assert_eq!(
            fit(Cell::Text("1970-01-01 00:00:01+01"), timestamp.clone()),
            Ok(Value::Timestamp(-3_599_000))
        );
        assert_eq!(fit(Cell::ZeroDate, timestamp), Ok(Value::Null));
        assert_eq!(fit(Cell::Text("23:59:59.999999"), Target::Time), Ok(Value::Time(86_399_999)));
        assert_eq!(fit(Cell::Unsigned(2024), Target::YearDate), Ok(Value::Date(19_723)));
    }

    #[test]
    fn bits_and_bytes_become_what_they_say() {
        assert_eq!(
            fit(Cell::Hex("\\x00ff"), Target::Bytes),
            Ok(Value::Bytes(bytes::Bytes::from_static(&[0, 255])))
        );
        assert_eq!(fit(Cell::BitText("101"), Target::Int8), Ok(Value::Int8(5)));
        assert_eq!(
            fit(Cell::BitText("100000001"), Target::Bytes),
            Ok(Value::Bytes(bytes::Bytes::from_static(&[128, 128])))
        );
        assert_eq!(fit(Cell::Bits(&[1]), Target::Bool), Ok(Value::Bool(true)));
    }
}
