//! Literals of instants, and the upper bound of a reading.

use crate::database::{Connection, DriverError, Writers};
use crate::moment::{Moment, WallTime, Zone};
use crate::schema::SqlType;
use crate::settings::Dialect;

/// How SQLite's date-times are stored in a table: it has no type for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SqliteStyle {
    /// Text; the separator, and whether a `Z` follows.
    Text { separator: char, zulu: bool },
    /// Milliseconds since 1970, as SQLite's JDBC driver writes them.
    Millis,
}

impl SqliteStyle {
    /// Guesses from one stored value and its `typeof`.
    pub(crate) fn of_sample(kind: &str, value: &str) -> Self {
        match kind {
            "integer" => Self::Millis,
            _ => Self::Text {
                separator: if value.contains('T') { 'T' } else { ' ' },
                zulu: value.ends_with('Z'),
            },
        }
    }
}

/// What the literal of an instant depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstantForm<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) zone: Zone,
    /// The type of the first timestamp column.
    pub(crate) sql_type: Option<&'a SqlType>,
    pub(crate) sqlite: SqliteStyle,
}

impl InstantForm<'_> {
    /// An instant as a literal that compares with the timestamp columns.
    pub(crate) fn literal(&self, moment: Moment) -> String {
        if self.dialect == Dialect::Sqlite {
            return self.sqlite_literal(moment);
        }
        match self.sql_type {
            Some(SqlType::Date) => format!("'{}'", date_text(moment.to_wall(self.zone))),
            // Sessions run in UTC.
            Some(SqlType::TimestampZoned { .. }) if self.dialect == Dialect::Postgres => {
                format!("'{}+00'", moment.to_wall(Zone::Utc).text(' '))
            }
            Some(SqlType::TimestampZoned { .. }) => format!("'{}'", moment.to_wall(Zone::Utc).text(' ')),
            _ => format!("'{}'", moment.to_wall(self.zone).text(' ')),
        }
    }

    fn sqlite_literal(&self, moment: Moment) -> String {
        match self.sqlite {
            SqliteStyle::Millis => moment.millis().to_string(),
            _ if self.sql_type == Some(&SqlType::Date) => {
                format!("'{}'", date_text(moment.to_wall(self.zone)))
            }
            SqliteStyle::Text { separator, zulu } => {
                let zone = if zulu { Zone::Utc } else { self.zone };
                let suffix = if zulu { "Z" } else { "" };
                format!("'{}{suffix}'", moment.to_wall(zone).text(separator))
            }
        }
    }
}

fn date_text(wall: WallTime) -> String {
    wall.text(' ').chars().take(10).collect()
}

/// The instant up to which rows are read: the server's clock less the delay, cut to what the columns can hold. A row of
/// the unit that is still running (the current second of a DATETIME) is left for the next reading: others with the
/// same value may follow it.
pub(crate) fn upper_instant(now: Moment, delay_ms: i64, types: &[SqlType]) -> Moment {
    let digits = types.iter().filter_map(SqlType::fraction_digits).min().unwrap_or(6);
    now.minus_millis(delay_ms).truncated(digits)
}

/// An upper bound that waits for those who were writing when it was taken.
#[derive(Debug, Clone)]
pub(crate) struct Horizon {
    /// The literal: timestamps stay below it, the incrementing column does not pass it.
    pub(crate) bound: String,
    pub(crate) writers: Writers,
    pub(crate) since: tokio::time::Instant,
}

impl Horizon {
    /// Whether all who were writing have ended. Forgets those that have.
    pub(crate) async fn is_clear(
        &mut self,
        connection: &mut Connection,
        table: Option<&str>,
    ) -> Result<bool, DriverError> {
        let Writers::Known(waiting) = &mut self.writers else { return Ok(true) };
        if waiting.is_empty() {
            return Ok(true);
        }
        if let Writers::Known(now) = connection.writers(table).await? {
            waiting.retain(|writer| now.contains(writer));
        }
        Ok(waiting.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(dialect: Dialect, sql_type: &SqlType) -> InstantForm<'_> {
        InstantForm {
            dialect,
            zone: Zone::Fixed(7200),
            sql_type: Some(sql_type),
            sqlite: SqliteStyle::Text { separator: ' ', zulu: false },
        }
    }

    #[test]
    fn instants_are_written_in_the_columns_own_zone() {
        let moment = Moment { seconds: 1_700_000_000, nanos: 250_000_000 };
        let local = SqlType::Timestamp { fraction_digits: 6 };
        let zoned = SqlType::TimestampZoned { fraction_digits: 6 };
        assert_eq!(form(Dialect::MySql, &local).literal(moment), "'2023-11-15 00:13:20.25'");
        assert_eq!(form(Dialect::MySql, &zoned).literal(moment), "'2023-11-14 22:13:20.25'");
        assert_eq!(form(Dialect::Postgres, &zoned).literal(moment), "'2023-11-14 22:13:20.25+00'");
        assert_eq!(form(Dialect::MySql, &SqlType::Date).literal(moment), "'2023-11-15'");
    }

    #[test]
    fn sqlite_instants_look_like_those_stored() {
        let moment = Moment { seconds: 1_700_000_000, nanos: 250_000_000 };
        let local = SqlType::Timestamp { fraction_digits: 3 };
        let literal = |sample: (&str, &str)| {
            let sqlite = SqliteStyle::of_sample(sample.0, sample.1);
            InstantForm { sqlite, zone: Zone::Utc, ..form(Dialect::Sqlite, &local) }.literal(moment)
        };
        assert_eq!(literal(("text", "2023-01-01 00:00:00")), "'2023-11-14 22:13:20.25'");
        assert_eq!(literal(("text", "2023-01-01T00:00:00Z")), "'2023-11-14T22:13:20.25Z'");
        assert_eq!(literal(("integer", "1700000000000")), "1700000000250");
    }

    #[test]
    fn the_unit_that_still_runs_is_left_out() {
        let now = Moment { seconds: 10, nanos: 900_000_000 };
        let upper = |delay, types: &[SqlType]| upper_instant(now, delay, types);
        assert_eq!(upper(0, &[SqlType::Timestamp { fraction_digits: 0 }]), Moment { seconds: 10, nanos: 0 });
        assert_eq!(
            upper(950, &[SqlType::Timestamp { fraction_digits: 6 }]),
            Moment { seconds: 9, nanos: 950_000_000 }
        );
    }
}
