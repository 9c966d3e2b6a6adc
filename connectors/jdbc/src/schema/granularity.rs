//! `timestamp.granularity`: what a timestamp looks like in a record.

use aqueduct_plugin_api::{Schema, Type, Value, logical};
use bytestring::ByteString;

use crate::moment::{Moment, Zone};

/// One of the settings' values, in the order of the key table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granularity {
    ConnectLogical,
    MicrosLong,
    MicrosString,
    MicrosIso,
    NanosLong,
    NanosString,
    NanosIso,
}

impl Granularity {
    pub(crate) const ALL: [Self; 7] = [
        Self::ConnectLogical,
        Self::MicrosLong,
        Self::MicrosString,
        Self::MicrosIso,
        Self::NanosLong,
        Self::NanosString,
        Self::NanosIso,
    ];

    pub(crate) fn schema(self) -> Schema {
        match self {
            Self::ConnectLogical => logical::timestamp(),
            Self::MicrosLong | Self::NanosLong => Schema::of(Type::Int64),
            _ => Schema::of(Type::String),
        }
    }

    /// The value of an instant; `None` if 64 bits do not hold it.
    pub(crate) fn value(self, moment: Moment, zone: Zone) -> Option<Value> {
        let text = |text: String| Value::String(ByteString::from(text));
        Some(match self {
            Self::ConnectLogical => Value::Timestamp(moment.millis()),
            Self::MicrosLong => Value::Int64(moment.micros()),
            Self::NanosLong => Value::Int64(i64::try_from(moment.nanos_since_epoch()).ok()?),
            Self::MicrosString => text(moment.micros().to_string()),
            Self::NanosString => text(moment.nanos_since_epoch().to_string()),
            Self::MicrosIso => text(moment.to_wall(zone).text_with_digits('T', 6)),
            Self::NanosIso => text(moment.to_wall(zone).text_with_digits('T', 9)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_granularity_shows_the_same_instant() {
        let moment = Moment { seconds: 1_700_000_000, nanos: 123_456_789 };
        let shown = |granularity: Granularity| granularity.value(moment, Zone::Fixed(3600)).unwrap();
        assert_eq!(shown(Granularity::ConnectLogical), Value::Timestamp(1_700_000_000_123));
        assert_eq!(shown(Granularity::MicrosLong), Value::Int64(1_700_000_000_123_456));
        assert_eq!(shown(Granularity::NanosString), Value::string("1700000000123456789"));
        assert_eq!(shown(Granularity::MicrosIso), Value::string("2023-11-14T23:13:20.123456"));
    }
}
