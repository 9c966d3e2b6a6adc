//! Records of the offset topic: key `["connector",{partition}]`, value `{offset}` or a tombstone.

use aqueduct_plugin_api::OffsetMap;
use aqueduct_plugin_api::bounded_json::Bounds;
use bytes::Bytes;
use serde_json::{Value as Json, json};

/// What is read of a key or value: members that are no values of a kind that offsets have are seen to be none.
const BOUNDS: Bounds = Bounds { values: 1_000, depth: 2 };

/// One record of the offset topic.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OffsetRecord {
    /// The connector.
    pub(crate) connector: String,
    /// Where the data comes from.
    pub(crate) partition: OffsetMap,
    /// Where to go on; `None` is a tombstone.
    pub(crate) offset: Option<OffsetMap>,
}

/// Why a record of the offset topic is passed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadOffsetRecord {
    /// The key is not `["connector",{partition}]`.
    #[error("the key is not of the form [\"connector\",{{partition}}]")]
    Key,
    /// The value is no JSON object of primitive values.
    #[error("the value is not a JSON object of primitive values")]
    Value,
}

/// The key of a partition, members in the map's own order.
pub(crate) fn encode_key(connector: &str, partition: &OffsetMap) -> Bytes {
    Bytes::from(json!([connector, partition.to_json()]).to_string())
}

/// The value of an offset.
pub(crate) fn encode_value(offset: &OffsetMap) -> Bytes {
    Bytes::from(offset.to_json().to_string())
}

/// Reads a record; member order does not matter.
pub(crate) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<OffsetRecord, BadOffsetRecord> {
    let key: Json = BOUNDS.read(key).map_err(|_| BadOffsetRecord::Key)?;
    let (connector, partition) = match key.as_array().map(Vec::as_slice) {
        Some([Json::String(connector), partition @ Json::Object(_)]) => (connector, partition),
        _ => return Err(BadOffsetRecord::Key),
    };
    let partition = OffsetMap::from_json(partition).map_err(|_| BadOffsetRecord::Key)?;
    let offset = match value.map(|value| BOUNDS.read(value)) {
        None | Some(Ok(Json::Null)) => None,
        Some(Ok(json)) => Some(OffsetMap::from_json(&json).map_err(|_| BadOffsetRecord::Value)?),
        Some(Err(_)) => return Err(BadOffsetRecord::Value),
    };
    Ok(OffsetRecord { connector: connector.clone(), partition, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_written_as_apache_writes_them() {
        let partition = OffsetMap::new().with("protocol", "1").with("table", "shop.orders");
        let offset = OffsetMap::new().with("timestamp_nanos", 5).with("incrementing", 42);
        assert_eq!(
            &encode_key("jdbc", &partition)[..],
            br#"["jdbc",{"protocol":"1","table":"shop.orders"}]"#
        );
        assert_eq!(&encode_value(&offset)[..], br#"{"timestamp_nanos":5,"incrementing":42}"#);
        let read = decode(
            br#"["jdbc", {"table":"shop.orders","protocol":"1"}]"#,
            Some(b"{\"incrementing\":42,\"timestamp_nanos\":5}"),
        );
        assert_eq!(
            read.unwrap(),
            OffsetRecord { connector: "jdbc".to_owned(), partition, offset: Some(offset) }
        );
    }

    #[test]
    fn tombstones_and_faults() {
        assert_eq!(decode(br#"["c",{}]"#, None).unwrap().offset, None);
        for key in [&b"x"[..], b"[]", b"[\"c\"]", b"[1,{}]", b"[\"c\",{\"a\":[]}]", b"[\"c\",null]"] {
            assert_eq!(decode(key, None), Err(BadOffsetRecord::Key));
        }
        assert_eq!(decode(br#"["c",{}]"#, Some(b"[1]")), Err(BadOffsetRecord::Value));
    }
}
