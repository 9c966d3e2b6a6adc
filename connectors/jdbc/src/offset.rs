//! Source partitions and offsets in Confluent's form, so that theirs can be taken over and given back.
//!
//! Partition: `{"protocol":"1","table":"shop.orders"}`, formerly `{"table":"orders"}`; for a query
//! `{"query":"query"}`. Offset: `{"incrementing":42,"timestamp":1700000000123,"timestamp_nanos":123456000}`, where the
//! timestamp is in milliseconds and the nanoseconds are those within the second; fields a mode does not use are left
//! out.

use std::sync::Arc;

use aqueduct_plugin_api::{OffsetMap, OffsetValue};
use bytestring::ByteString;

use crate::moment::Moment;
use crate::table_id::TableId;

const INCREMENTING: &str = "incrementing";
const TIMESTAMP: &str = "timestamp";
const TIMESTAMP_NANOS: &str = "timestamp_nanos";

/// Where reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SourceOffset {
    pub(crate) incrementing: Option<i64>,
    pub(crate) timestamp: Option<Moment>,
}

impl SourceOffset {
    pub(crate) fn is_empty(&self) -> bool {
        self.incrementing.is_none() && self.timestamp.is_none()
    }

    pub(crate) fn to_map(self) -> OffsetMap {
        let mut entries = Vec::with_capacity(3);
        let mut put = |key: &'static str, value: i64| {
            entries.push((ByteString::from_static(key), OffsetValue::Int(value)));
        };
        if let Some(incrementing) = self.incrementing {
            put(INCREMENTING, incrementing);
        }
        if let Some(timestamp) = self.timestamp {
            put(TIMESTAMP, timestamp.millis());
            put(TIMESTAMP_NANOS, timestamp.nanos.into());
        }
        OffsetMap(entries)
    }

    /// Reads an offset; fields that are missing, null or no numbers count as not there.
    pub(crate) fn from_map(map: &OffsetMap) -> Self {
        let timestamp = map.get_int(TIMESTAMP).map(|millis| {
            let coarse = Moment::from_millis(millis);
            match map.get_int(TIMESTAMP_NANOS) {
                // The second is the milliseconds' own; older offsets have no nanoseconds.
                Some(nanos @ 0..1_000_000_000) => Moment { seconds: coarse.seconds, nanos: nanos as u32 },
                _ => coarse,
            }
        });
        Self { incrementing: map.get_int(INCREMENTING), timestamp }
    }

    /// What is wrong with an offset a user wants to set.
    pub(crate) fn complaint(map: &OffsetMap) -> Option<String> {
        map.0.iter().find_map(|(key, value)| match (&**key, value) {
            (INCREMENTING | TIMESTAMP, OffsetValue::Int(_) | OffsetValue::Null) => None,
            (TIMESTAMP_NANOS, OffsetValue::Null | OffsetValue::Int(0..1_000_000_000)) => None,
            (INCREMENTING | TIMESTAMP, _) => Some(format!("the source offset's {key} must be a whole number")),
            (TIMESTAMP_NANOS, _) => {
                Some(format!("the source offset's {key} must be a whole number from 0 to 999999999"))
            }
            _ => Some(format!("the source offset has an unknown field {key}; known are incrementing, timestamp and timestamp_nanos")),
        })
    }
}

/// The partition of a table whose offsets are stored.
pub(crate) fn table_partition(table: &TableId) -> Arc<OffsetMap> {
    Arc::new(OffsetMap::new().with("protocol", "1").with("table", table.qualified().as_str()))
}

/// The partition under which older versions stored a table's offsets, and of rows read in bulk.
pub(crate) fn legacy_table_partition(table: &TableId) -> Arc<OffsetMap> {
    Arc::new(OffsetMap::new().with("table", table.name.as_str()))
}

/// The partition of a custom query.
pub(crate) fn query_partition() -> Arc<OffsetMap> {
    Arc::new(OffsetMap::new().with("query", "query"))
}

/// What is wrong with a partition a user names.
pub(crate) fn partition_complaint(map: &OffsetMap) -> Option<String> {
    let fits = match (map.get_str("table"), map.get_str("query")) {
        (Some(_), None) => map.0.iter().all(|(key, _)| matches!(&**key, "table" | "protocol")),
        (None, Some("query")) => map.0.len() == 1,
        _ => false,
    };
    (!fits).then(|| {
        "a source partition must be {\"protocol\":\"1\",\"table\":\"<qualified name>\"}, {\"table\":\"<name>\"} or {\"query\":\"query\"}".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_written_as_confluent_writes_them() {
        let offset = SourceOffset {
            incrementing: Some(42),
            timestamp: Some(Moment { seconds: 1_700_000_000, nanos: 123_456_000 }),
        };
        let json = offset.to_map().to_json().to_string();
        assert_eq!(json, r#"{"incrementing":42,"timestamp":1700000000123,"timestamp_nanos":123456000}"#);
        assert_eq!(SourceOffset::from_map(&offset.to_map()), offset);
        let table = TableId { catalog: Some("shop".into()), schema: None, name: "orders".into() };
        assert_eq!(
            table_partition(&table).to_json().to_string(),
            r#"{"protocol":"1","table":"shop.orders"}"#
        );
        assert_eq!(legacy_table_partition(&table).to_json().to_string(), r#"{"table":"orders"}"#);
    }

    #[test]
    fn offsets_without_nanoseconds_keep_their_milliseconds() {
        let map = OffsetMap::new().with("timestamp", 1_500);
        assert_eq!(SourceOffset::from_map(&map).timestamp, Some(Moment { seconds: 1, nanos: 500_000_000 }));
        assert!(SourceOffset::from_map(&OffsetMap::new()).is_empty());
    }

    #[test]
    fn odd_offsets_are_refused() {
        assert!(SourceOffset::complaint(&OffsetMap::new().with("timestamp_nanos", 1_000_000_000)).is_some());
        assert!(SourceOffset::complaint(&OffsetMap::new().with("position", 1)).is_some());
        assert!(SourceOffset::complaint(&OffsetMap::new().with("incrementing", 1)).is_none());
        assert!(partition_complaint(&OffsetMap::new().with("file", "x")).is_some());
        assert!(partition_complaint(&query_partition()).is_none());
    }
}
